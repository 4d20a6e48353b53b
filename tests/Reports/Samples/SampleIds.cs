using System.Security.Cryptography;
using System.Text;

namespace LT2.Eval.Reports.Tests.Samples;

internal static class SampleIds
{
    public static string Of(string title) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(title)))[..16];
}
