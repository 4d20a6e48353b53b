using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LT2.Eval.Models.Definitions;

/// <summary>Loads YAML so that every mistake of form is one kind of exception with a place.</summary>
public static class YamlDocuments
{
    private const int MostDepth = 100;

    /// <summary>The documents of a text.</summary>
    /// <exception cref="YamlException">It is not YAML; carries the line.</exception>
    public static IList<YamlDocument> Load(TextReader text)
    {
        var content = text.ReadToEnd();
        RefuseDepth(new Parser(new StringReader(content)));
        var stream = new YamlStream();
        var parser = new Parser(new StringReader(content));
        try
        {
            stream.Load(parser);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // The library's scanner and its tree end so, without a place, on some unclosed lists and on keys that occur twice.
            var place = parser.Current?.End ?? default;
            throw new YamlException(place, place, $"the text cannot be read from about here on ({error.Message.TrimEnd('.')}); look for a bracket or a quote that is not closed, and for a key that stands twice.", error);
        }

        return stream.Documents;
    }

    // The library builds its tree by recursion, and a stack that overflows ends the program.
    private static void RefuseDepth(Parser parser)
    {
        var depth = 0;
        try
        {
            while (parser.MoveNext())
            {
                depth += parser.Current!.NestingIncrease;
                if (depth > MostDepth)
                    throw new YamlException(parser.Current.Start, parser.Current.End, $"lists and fields are nested more than {MostDepth} deep.");
            }
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // The reading below says where.
        }
    }
}
