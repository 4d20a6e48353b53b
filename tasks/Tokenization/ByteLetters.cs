namespace LT2.Eval.Tasks.Tokenization;

/// <summary>
/// The letters by which byte-level vocabularies write bytes: printable Latin-1 bytes stand for themselves, the others, in order, for
/// the code points from 256 (Radford et al., GPT-2, 2019).
/// </summary>
internal static class ByteLetters
{
    private static readonly Dictionary<char, byte> Bytes = CreateBytes();

    /// <summary>The bytes of a vocabulary entry; null if it is not written in byte letters.</summary>
    public static byte[]? TryRead(string entry)
    {
        var bytes = new byte[entry.Length];
        for (var i = 0; i < entry.Length; i++)
        {
            if (!Bytes.TryGetValue(entry[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    private static Dictionary<char, byte> CreateBytes()
    {
        var bytes = new Dictionary<char, byte>();
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= 0x21 and <= 0x7e) or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
            bytes[printable ? (char)value : (char)next++] = (byte)value;
        }

        return bytes;
    }
}
