using System.Buffers.Binary;
using System.Text;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Data.Conversion;

namespace LT2.Eval.Tasks.Tests.Data;

public sealed class ConversionTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void R_lists_with_names_and_strings_are_read_in_both_versions_of_the_format(int version)
    {
        var bytes = new List<byte>(Encoding.ASCII.GetBytes("X\n"));
        void Integer(int value)
        {
            var buffer = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(buffer, value);
            bytes.AddRange(buffer);
        }

        void Text(string value)
        {
            Integer(9);
            Integer(value.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(value));
        }

        Integer(version);
        Integer(0x40202);
        Integer(0x20300);
        if (version == 3)
        {
            Integer(5);
            bytes.AddRange(Encoding.ASCII.GetBytes("UTF-8"));
        }

        Integer(19 | 0x200); // a list with attributes: one vector of two strings
        Integer(1);
        Integer(16);
        Integer(2);
        Text("a line");
        Integer(9);
        Integer(-1);
        Integer(2 | 0x400); // attributes: names = "novel"
        Integer(1);
        Text("names");
        Integer(16);
        Integer(1);
        Text("novel");
        Integer(254);

        Assert.Equal(["a line", "NA"], RObjectReader.Read([.. bytes])["novel"].Strings!);
    }

    [Fact]
    public void Other_data_is_no_R_data() => Assert.Throws<InvalidDataException>(() => RObjectReader.Read(new byte[32]));

    [Fact]
    public void Dictionary_text_loses_source_marks_pronunciation_and_braces()
    {
        const string Raw = "\n\n00-database-url\n   ftp://nowhere\n\nAffear \\Af*fear\"\\, v. t. [See\n   {Afeard}.]\n   To frighten.\n   [1913 Webster]\n\n\n\nNext\n";
        Assert.Equal("Affear, v. t. [See\n   Afeard.]\n   To frighten.\n\nNext\n", DictionaryText.Clean(Raw));
    }

    [Fact]
    public void Documentation_codes_are_resolved_from_the_inside() => Assert.Equal(
        "Title\n\nUse a <b> and see perlre or here.\n\n    code();\n",
        PlainOldDocumentation.Clean("=head1 Title\n\n=over 4\n\nUse B<a C<E<lt>bE<gt>>> and see L<perlre> or L<here|perlop>.X<index>\n\n    code();\n\n=cut\n"));

    [Fact]
    public void Markdown_links_and_emphasis_become_their_text() => Assert.Equal(
        "Head\n\nsee this page and snake_case words\n",
        MarkdownPages.Clean("# Head\n\n\n> see [this _page_](a.html) **and** snake_case words\n"));

    [Fact]
    public void Chapters_are_cut_at_their_heads_and_counted_through_volumes()
    {
        var chapters = AustenLibrary.Split("n", "TITLE\n\nVOLUME I\n\nCHAPTER I\n\nOne.\n\nVOLUME II\n\nCHAPTER I\n\nTwo.\nCHAPTER the word\n\nFINIS\n").ToList();
        Assert.Equal([new NovelChapter("n", 1, "One.\n"), new NovelChapter("n", 2, "Two.\nCHAPTER the word\n")], chapters);
    }

    [Fact]
    public void A_synset_line_is_parsed()
    {
        const string Line = "02084071 05 n 03 dog 0 domestic_dog 0 Canis_familiaris 0 001 @ 02083346 n 0000 | a member of the genus Canis; \"the dog barked\"  ";
        var synset = WordNet.ParseSynset(Line, 'n', '1', WordNet.ReadFrequencies(["dog%1:05:00:: 1 42", "dog%1:18:01:: 2 3", "dog%2:38:00:: 1 2"]));
        Assert.Equal(("n02084071", 5, "a member of the genus Canis", 45), (synset.Id, synset.LexicographerFile, synset.Definition, synset.Frequency));
        Assert.Equal(["dog", "domestic_dog", "Canis_familiaris"], synset.Words);
    }
}
