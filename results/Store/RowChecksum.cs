using System.Buffers;
using System.Numerics;
using System.Text;

namespace LT2.Eval.Results.Store;

/// <summary>
/// CRC-32C (Castagnoli) of a row's values. SQLite checks the structure of a file but not the bytes of a value; a row that is
/// read is checked against this, so that a flipped byte is an error and never a result.
/// </summary>
internal struct RowChecksum
{
    private uint _crc;

    /// <summary>Checksum of the values added so far.</summary>
    public readonly long Value => _crc;

    /// <summary>Checksum of a whole row; values are null, string, double, long, int or bool.</summary>
    public static long Of(ReadOnlySpan<object?> values)
    {
        var checksum = new RowChecksum { _crc = 0xFFFFFFFF };
        foreach (var value in values)
            checksum.Add(value);
        return checksum.Value;
    }

    /// <summary>An empty checksum.</summary>
    public static RowChecksum Start() => new() { _crc = 0xFFFFFFFF };

    /// <summary>Adds a text with its length, or a mark for null.</summary>
    public void Add(string? text)
    {
        if (text is null)
        {
            Add(0UL, tag: 0);
            return;
        }
        var length = Encoding.UTF8.GetByteCount(text);
        Add((ulong)length, tag: 1);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        var bytes = rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented));
        for (; bytes.Length >= 8; bytes = bytes[8..])
            _crc = BitOperations.Crc32C(_crc, BitConverter.ToUInt64(bytes));
        foreach (var b in bytes)
            _crc = BitOperations.Crc32C(_crc, b);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Adds a number by its bits; NaN counts as null, as SQLite stores it, and −0 as 0.</summary>
    public void Add(double? number)
    {
        if (number is null || double.IsNaN(number.Value))
            Add(0UL, tag: 0);
        else
            Add(BitConverter.DoubleToUInt64Bits(number.Value + 0.0), tag: 2);
    }

    /// <summary>Adds an integer.</summary>
    public void Add(long? number)
    {
        if (number is null)
            Add(0UL, tag: 0);
        else
            Add((ulong)number.Value, tag: 3);
    }

    private void Add(object? value)
    {
        switch (value)
        {
            case null: Add((long?)null); break;
            case string text: Add(text); break;
            case double number: Add((double?)number); break;
            case long number: Add((long?)number); break;
            case int number: Add((long?)number); break;
            case bool flag: Add((long?)(flag ? 1 : 0)); break;
            default: throw new ArgumentException($"A row holds a {value.GetType().Name}.", nameof(value));
        }
    }

    private void Add(ulong bits, byte tag) => _crc = BitOperations.Crc32C(BitOperations.Crc32C(_crc, tag), bits);
}
