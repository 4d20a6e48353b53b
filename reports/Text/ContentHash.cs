using System.Security.Cryptography;
using System.Text;

namespace LT2.Eval.Reports.Text;

/// <summary>Short names derived from content, so that the same input gives the same files.</summary>
internal static class ContentHash
{
    /// <summary>The first twelve hexadecimal digits of the SHA-256 of a text's UTF-8 bytes.</summary>
    public static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    /// <summary>A file name for a name: the name itself where it is plain, else a readable part and a hash.</summary>
    public static string Slug(string name)
    {
        var plain = new string([.. name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' ? letter : '-')]).Trim('-', '.');
        return plain == name && plain.Length is > 0 and <= 60 ? plain : (plain.Length > 40 ? plain[..40] : plain) + "-" + Short(name);
    }
}
