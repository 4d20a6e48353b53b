using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>
/// Where a sample's randomness comes from: SHA-256 over (suite id, suite version, task id, parameters, split, seed, index) is the
/// state of a generator of its own. No stream is shared, so sharding, resuming and batch size cannot change data.
/// </summary>
public sealed class SampleSeed
{
    private readonly byte[] caseDigest;

    /// <summary>Takes the coordinates that all samples of a case share.</summary>
    public SampleSeed(string suiteId, int suiteVersion, string taskId, IReadOnlyDictionary<string, string> parameters)
    {
        StringBuilder text = new();
        Append(text, suiteId);
        Append(text, suiteVersion.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Append(text, taskId);
        foreach (string name in parameters.Keys.Order(StringComparer.Ordinal))
        {
            Append(text, name);
            Append(text, parameters[name]);
        }

        caseDigest = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        CaseDigest = Convert.ToHexStringLower(caseDigest.AsSpan(0, 4));
    }

    /// <summary>Eight hexadecimal digits that name the case.</summary>
    public string CaseDigest { get; }

    /// <summary>The randomness of one sample.</summary>
    public SampleRandom CreateRandom(SampleSplit split, long seed, long index)
    {
        Span<byte> bytes = stackalloc byte[32 + 1 + 8 + 8];
        caseDigest.CopyTo(bytes);
        bytes[32] = (byte)split;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[33..], seed);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[41..], index);
        Span<byte> state = stackalloc byte[32];
        SHA256.HashData(bytes, state);
        return new SampleRandom(new Xoshiro256(
            BinaryPrimitives.ReadUInt64LittleEndian(state),
            BinaryPrimitives.ReadUInt64LittleEndian(state[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(state[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(state[24..])));
    }

    /// <summary>The length goes first, so that no two lists of texts give one string.</summary>
    private static void Append(StringBuilder text, string part) =>
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{part.Length}:{part};");
}
