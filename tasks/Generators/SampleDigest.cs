using System.Buffers.Binary;
using System.Security.Cryptography;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>A fingerprint of the first samples of a stream: equal digests mean equal data.</summary>
public static class SampleDigest
{
    /// <summary>SHA-256 over length, inputs and labels of each sample, as little-endian 32-bit integers; lower-case hexadecimal.</summary>
    public static string Compute(IGeneratedCase generatedCase, SampleSplit split, long seed, int count)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int index = 0; index < count; index++)
        {
            TokenSample sample = generatedCase.GetSample(split, seed, index);
            Append(hash, [sample.InputIds.Length]);
            Append(hash, sample.InputIds.AsSpan());
            Append(hash, sample.Labels.AsSpan());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<int> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(int)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), values[i]);
        hash.AppendData(bytes);
    }
}
