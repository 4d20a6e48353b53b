using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LT2.Eval.Models.Training.Parallel;

/// <summary>Connections of every process with process 0, which listens: for first agreements, and for sums where no device carries them.</summary>
public sealed class Rendezvous : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // processes may begin long after one another: a node that boots, a library that loads

    readonly NetworkStream[] peers; // at process 0: those of processes 1, 2, …; elsewhere: that of process 0

    Rendezvous(int rank, int size, NetworkStream[] peers) => (Rank, Size, this.peers) = (rank, size, peers);

    /// <summary>This process, from 0.</summary>
    public int Rank { get; }

    /// <summary>Processes.</summary>
    public int Size { get; }

    /// <summary>Meets the others.</summary>
    /// <param name="address"><c>host:port</c> of process 0.</param>
    /// <param name="rank">This process, from 0.</param>
    /// <param name="size">Processes.</param>
    /// <exception cref="ModelException">A bad address, or not all came within two minutes.</exception>
    public static Rendezvous Meet(string address, int rank, int size)
    {
        if (size < 1 || rank < 0 || rank >= size) throw new ModelException($"Rank {rank} of {size} processes does not exist.");
        var colon = address.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(address[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture, out var port))
            throw new ModelException($"The rendezvous '{address}' is not of the form host:port.");
        return rank == 0 ? Listen(port, size) : Connect(address[..colon], port, rank, size);
    }

    /// <summary>Process 0 gets everybody's bytes in the order of ranks; the others get nothing.</summary>
    public byte[][] Gather(byte[] mine)
    {
        if (Rank == 0) return [mine, .. peers.Select(ReadFrame)];
        WriteFrame(peers[0], mine);
        return [];
    }

    /// <summary>Process 0's bytes, everywhere.</summary>
    public byte[] Broadcast(byte[]? fromFirst)
    {
        if (Rank != 0) return ReadFrame(peers[0]);
        foreach (var peer in peers) WriteFrame(peer, fromFirst!);
        return fromFirst!;
    }

    /// <summary>Sends dense bytes to process 0, or receives them there from a rank.</summary>
    internal void Exchange(int rank, Span<byte> buffer)
    {
        if (Rank == 0) Read(peers[rank - 1], buffer);
        else Write(peers[0], buffer);
    }

    /// <summary>The other way: from process 0 to all.</summary>
    internal void Spread(Span<byte> buffer)
    {
        if (Rank != 0)
        {
            Read(peers[0], buffer);
            return;
        }
        foreach (var peer in peers) Write(peer, buffer);
    }

    static Rendezvous Listen(int port, int size)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        try
        {
            listener.Start(size);
        }
        catch (SocketException error)
        {
            throw new ModelException($"Port {port} of the rendezvous cannot be used: {error.Message}. Name another.", error);
        }
        var streams = new NetworkStream[size - 1];
        var watch = Stopwatch.StartNew();
        for (var known = 0; known < size - 1;)
        {
            if (!listener.Pending())
            {
                if (watch.Elapsed > Patience) throw new ModelException($"Only {known + 1} of {size} processes came to the rendezvous within {Patience.TotalSeconds:0} s.");
                Thread.Sleep(5);
                continue;
            }
            var stream = Open(listener.AcceptSocket());
            var header = new byte[8];
            Read(stream, header);
            var (rank, theirs) = (BinaryPrimitives.ReadInt32LittleEndian(header), BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)));
            if (theirs != size || rank < 1 || rank >= size || streams[rank - 1] is not null)
                throw new ModelException($"A process came to the rendezvous as rank {rank} of {theirs}; expected are ranks 1 to {size - 1} of {size}, each once.");
            streams[rank - 1] = stream;
            known++;
        }
        return new(0, size, streams);
    }

    static Rendezvous Connect(string host, int port, int rank, int size)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(host, port);
                var stream = Open(socket);
                var header = new byte[8];
                BinaryPrimitives.WriteInt32LittleEndian(header, rank);
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), size);
                stream.Write(header);
                return new(rank, size, [stream]);
            }
            catch (SocketException error)
            {
                socket.Dispose();
                if (watch.Elapsed > Patience) throw new ModelException($"Process 0 was not found at {host}:{port} within {Patience.TotalSeconds:0} s: {error.Message}.", error);
                Thread.Sleep(20);
            }
        }
    }

    static NetworkStream Open(Socket socket)
    {
        socket.NoDelay = true;
        return new NetworkStream(socket, ownsSocket: true);
    }

    static void WriteFrame(NetworkStream stream, byte[] bytes)
    {
        var header = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(header, bytes.Length);
        Write(stream, header);
        Write(stream, bytes);
    }

    static void Write(NetworkStream stream, ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
        }
        catch (IOException error)
        {
            throw Gone(error);
        }
    }

    static byte[] ReadFrame(NetworkStream stream)
    {
        var header = new byte[4];
        Read(stream, header);
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
        Read(stream, bytes);
        return bytes;
    }

    static void Read(NetworkStream stream, Span<byte> bytes)
    {
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (IOException error)
        {
            throw Gone(error);
        }
    }

    static ModelException Gone(Exception error) => new($"Another process of this training has ended: {error.Message}", error);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var peer in peers) peer.Dispose();
    }
}
