using System.Security.Cryptography;
using System.Text;

namespace LT2.Eval.Harness.Plans;

/// <summary>Hashes of texts that identify things for years.</summary>
public static class StableHash
{
    /// <summary>SHA-256 of UTF-8 text, lower-case hexadecimal.</summary>
    public static string Full(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>First 16 digits of <see cref="Full"/>: 64 bits, ample for the cells of one store.</summary>
    public static string Short(string text) => Full(text)[..16];
}
