using System.Buffers.Binary;
using System.Text;

namespace LT2.Eval.Models.Runtime;

/// <summary>
/// Marks a version requirement of an ELF64 library as weak, so that the loader passes over it where it is missing.
/// Sound only for versions behind which no symbol is really needed: GLIBCXX_3.4.32 stands for <c>std::ios_base_library_init()</c>,
/// a marker without relocation.
/// </summary>
public static class WeakVersionPatch
{
    const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    const ushort WeakFlag = 2;                  // VER_FLG_WEAK

    /// <summary>Sets the weak flag on every requirement of <paramref name="version"/>, in place.</summary>
    /// <param name="image">The whole file of a little-endian ELF64 library.</param>
    /// <param name="version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many requirements were marked.</returns>
    /// <exception cref="InvalidDataException">The file is not a little-endian ELF64 library.</exception>
    public static int Apply(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..4].SequenceEqual("\u007fELF"u8) || image[4] != 2 || image[5] != 1)
            throw new InvalidDataException("not a little-endian ELF64 file");
        var sectionTable = (int)U64(image, 40);
        var sectionSize = U16(image, 58);
        var sectionCount = U16(image, 60);
        var marked = 0;
        for (var i = 0; i < sectionCount; i++)
        {
            var section = image[(sectionTable + i * sectionSize)..];
            if (U32(section, 4) != VersionNeedSection) continue;
            var names = image[(sectionTable + (int)U32(section, 40) * sectionSize)..]; // sh_link: the string table
            marked += MarkNeeds(image, (int)U64(section, 24), (int)U32(section, 44), (int)U64(names, 24), version);
        }
        return marked;
    }

    static int MarkNeeds(Span<byte> image, int need, int needCount, int strings, string version)
    {
        var marked = 0;
        for (var n = 0; n < needCount; n++)
        {
            var entry = need + (int)U32(image[need..], 8);              // vn_aux
            for (var a = 0; a < U16(image[need..], 2); a++)             // vn_cnt
            {
                var aux = image[entry..];
                if (NameAt(image, strings + (int)U32(aux, 8)) == version) // vna_name
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(aux[4..], (ushort)(U16(aux, 4) | WeakFlag));
                    marked++;
                }
                entry += (int)U32(aux, 12);                             // vna_next
            }
            need += (int)U32(image[need..], 12);                        // vn_next
        }
        return marked;
    }

    static string NameAt(ReadOnlySpan<byte> image, int offset)
    {
        var rest = image[offset..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);
    static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
    static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
