using System.Buffers.Binary;
using System.Text;

namespace LT2.Eval.Tasks.Data.Conversion;

/// <summary>A value of an R data file, as far as text data sets need them.</summary>
internal sealed class RObject
{
    /// <summary>Integers or logicals; null for other types.</summary>
    public int[]? Integers { get; set; }

    /// <summary>A character vector; null for other types.</summary>
    public string[]? Strings { get; set; }

    /// <summary>Text of a symbol or of one element of a character vector.</summary>
    public string? Text { get; set; }

    /// <summary>Elements of a list.</summary>
    public List<RObject> Items { get; } = [];

    /// <summary>Attributes by name, or the entries of a pair list by tag.</summary>
    public Dictionary<string, RObject> Attributes { get; set; } = [];

    /// <summary>The <c>names</c> attribute.</summary>
    public string[] Names => Attributes.TryGetValue("names", out var names) ? names.Strings ?? [] : [];

    /// <summary>A list's element by name.</summary>
    public RObject this[string name] =>
        Array.IndexOf(Names, name) is >= 0 and var index ? Items[index] : throw new InvalidDataException($"The R list has no '{name}'.");
}

/// <summary>
/// Reads R's serialisation format (R Internals, "Serialization Formats"): XDR, versions 2 and 3, and of the types those that
/// data sets of text consist of: vectors of strings and integers, lists, pair lists, symbols.
/// </summary>
internal sealed class RObjectReader(byte[] data)
{
    private const int NullValue = 254, ReferenceValue = 255, Symbol = 1, PairList = 2, CharacterString = 9, Logical = 10,
        Integer = 13, StringVector = 16, GenericList = 19;

    private const int HasAttributes = 0x200, HasTag = 0x400;

    private readonly List<RObject> references = [];
    private int position;

    /// <summary>Reads the one object that the data holds.</summary>
    public static RObject Read(byte[] data)
    {
        var reader = new RObjectReader(data);
        if (data.Length < 14 || data[0] != 'X' || data[1] != '\n')
        {
            throw new InvalidDataException("Not R data in XDR form.");
        }

        reader.position = 2;
        var version = reader.ReadInteger();
        reader.position += 8; // the versions of R that wrote it and that can read it
        if (version == 3)
        {
            var encodingLength = reader.ReadInteger();
            reader.position += encodingLength;
        }

        return reader.ReadObject();
    }

    private int ReadInteger()
    {
        var value = BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(position));
        position += 4;
        return value;
    }

    private RObject ReadObject()
    {
        var flags = ReadInteger();
        var value = new RObject();
        switch (flags & 0xff)
        {
            case NullValue:
                return value;
            case ReferenceValue:
                return references[(flags >> 8) - 1];
            case Symbol:
                value.Text = ReadObject().Text;
                references.Add(value);
                return value;
            case PairList:
                return ReadPairList(flags);
            case CharacterString:
                value.Text = ReadText();
                return value;
            case Logical or Integer:
                value.Integers = [.. Enumerable.Range(0, ReadInteger()).Select(_ => ReadInteger())];
                break;
            case StringVector:
                value.Strings = [.. Enumerable.Range(0, ReadInteger()).Select(_ => ReadObject().Text ?? "NA")];
                break;
            case GenericList:
                value.Items.AddRange(Enumerable.Range(0, ReadInteger()).Select(_ => ReadObject()));
                break;
            default:
                throw new InvalidDataException($"R type {flags & 0xff} does not occur in text data sets.");
        }

        if ((flags & HasAttributes) != 0)
        {
            value.Attributes = ReadObject().Attributes;
        }

        return value;
    }

    private RObject ReadPairList(int flags)
    {
        var value = new RObject();
        while (true)
        {
            if ((flags & HasAttributes) != 0)
            {
                ReadObject();
            }

            var tag = (flags & HasTag) != 0 ? ReadObject().Text : null;
            value.Attributes[tag ?? string.Empty] = ReadObject();
            flags = ReadInteger();
            if ((flags & 0xff) != PairList)
            {
                return value; // a proper pair list ends in NULL, which has no body
            }
        }
    }

    private string? ReadText()
    {
        var length = ReadInteger();
        if (length < 0)
        {
            return null; // NA_character_
        }

        var text = Encoding.UTF8.GetString(data, position, length);
        position += length;
        return text;
    }
}
