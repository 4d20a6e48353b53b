using System.Text;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Perplexity;
using LT2.Eval.Tasks.Tests.Data;

namespace LT2.Eval.Tasks.Tests.Perplexity;

public sealed class PerplexityTests
{
    [Fact]
    public void Documents_are_pieces_of_held_out_chapters_that_join_to_the_chapter()
    {
        using var library = new SmallLibrary();
        var documents = Case(("pieceCharacters", "200")).LoadDocuments(library.Folder);

        foreach (var chapter in AustenLibrary.ReadChapters(library.Folder, AustenLibrary.HeldOutNovels))
        {
            Assert.Equal(chapter.Text, string.Concat(documents.Where(document => document.ClusterId == chapter.Id).Select(document => document.Fields["text"])));
        }
    }

    [Fact]
    public void Fewer_documents_are_spread_over_the_chapters()
    {
        using var library = new SmallLibrary();
        var documents = Case(("pieceCharacters", "200"), ("documents", "8")).LoadDocuments(library.Folder);
        Assert.Equal(8, documents.Count);
        Assert.Equal(8, documents.Select(document => document.ClusterId).Distinct().Count());
    }

    [Fact]
    public void Training_documents_never_hold_a_held_out_chapter()
    {
        using var library = new SmallLibrary();
        var training = new PerplexitySuite().LoadTrainingDocuments(Case(), library.Folder);
        Assert.Equal(16, training.Count);
        Assert.DoesNotContain(training, document => AustenLibrary.HeldOutNovels.Any(novel => document.Id.StartsWith(novel, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_document_contributes_its_loss_and_its_size()
    {
        var document = new TextDocument("d", "c", new Dictionary<string, object?> { ["text"] = "two wörds " });
        var score = Case().Score(document, [new TextResponse(-11 * Math.Log(2), false, TokenLogProbabilities: [.. Enumerable.Repeat(-0.5, 130)])]);

        MetricContribution Find(string metric, string? slice = null) => score.Contributions.Single(pair => pair.Metric == metric && pair.Slice == slice);
        Assert.Equal((11.0, 11.0), (Math.Round(Find("bits_per_byte").Numerator, 12), Find("bits_per_byte").Denominator));
        Assert.Equal(3, Find("word_perplexity").Denominator); // "two", "wörds" and the empty piece after the blank
        Assert.Equal((65.0, 130.0), (Find("token_loss").Numerator, Find("token_loss").Denominator));
        Assert.Equal(128, Find("token_loss", "position 0-127").Denominator);
        Assert.Equal(2, Find("token_loss", "position 128-255").Denominator);
    }

    [Theory]
    [InlineData(0, "position 0-127")]
    [InlineData(1023, "position 896-1023")]
    [InlineData(1024, "position 1024-2047")]
    [InlineData(5000, "position 4096-8191")]
    public void Positions_fall_into_widening_slices(int position, string slice) => Assert.Equal(slice, PerplexityMetrics.PositionSlice(position));

    [Fact]
    public void Bad_parameters_are_reported_together()
    {
        var problem = Assert.Throws<TaskException>(() => Case(("documents", "0"), ("novell", "both"), ("novel", "emma")));
        Assert.Equal(3, problem.Problems.Count);
        Assert.Contains("Did you mean 'novel'?", problem.Message);
    }

    [Fact]
    public void An_n_gram_model_is_a_probability_distribution_at_every_context()
    {
        var model = NGramModel.Train(3, [Encoding.ASCII.GetBytes("abracadabra")]);
        foreach (var context in new[] { "", "a", "ab", "br", "zz" })
        {
            var total = Enumerable.Range(0, 256).Sum(next =>
            {
                byte[] with = [.. Encoding.ASCII.GetBytes(context), (byte)next];
                return Math.Pow(2, model.BitsByOrder(with.AsSpan(..^1))[2] - model.BitsByOrder(with)[2]);
            });
            Assert.Equal(1, total, 10);
        }
    }

    [Fact]
    public void Witten_Bell_interpolation_matches_a_hand_calculation()
    {
        // Training "ab": c(a) = c(b) = 1, two distinct bytes; after a: b once, one distinct.
        var bits = NGramModel.Train(2, [Encoding.ASCII.GetBytes("ab")]).BitsByOrder(Encoding.ASCII.GetBytes("ab"));
        var first = (1 + (2 / 256.0)) / 4;
        var second = (1 + first) / 2;
        Assert.Equal(-2 * Math.Log2(first), bits[0], 12);
        Assert.Equal(-Math.Log2(first) - Math.Log2(second), bits[1], 12);
    }

    [Fact]
    public void More_context_helps_on_prose()
    {
        using var library = new SmallLibrary();
        var heldOut = AustenLibrary.ReadChapters(library.Folder, AustenLibrary.HeldOutNovels).Select(chapter => new CorpusDocument(chapter.Id, chapter.Text)).ToList();
        var bits = NGramBaseline.BitsPerByteByOrder(4, AustenLibrary.ReadTrainingDocuments(library.Folder), heldOut);
        Assert.Equal(bits.OrderDescending(), bits);
        Assert.Equal(bits[2], NGramBaseline.BitsPerByte(3, AustenLibrary.ReadTrainingDocuments(library.Folder), heldOut), 12);
    }

    [Fact]
    public void A_library_is_trained_on_what_stands_before_its_held_out_end()
    {
        using var library = new SmallLibrary();
        var suite = new PerplexitySuite();
        var parameters = new Dictionary<string, string> { ["datasets"] = "austen", ["pieceCharacters"] = "100" };
        var textCase = (ITextCase)suite.CreateCase(new CaseSpecification("library", parameters));

        var training = suite.LoadTrainingDocuments(textCase, library.Folder);
        var heldOut = textCase.LoadDocuments(library.Folder);
        foreach (var file in Directory.GetFiles(library.Folder.Locate("austen"), "*.txt"))
        {
            var id = $"austen/{Path.GetFileNameWithoutExtension(file)}/";
            var first = string.Concat(training.Where(document => document.Id.StartsWith(id, StringComparison.Ordinal)).Select(document => document.Text));
            var last = string.Concat(heldOut.Where(document => document.Id.StartsWith(id, StringComparison.Ordinal)).Select(document => document.Fields["text"]));
            Assert.Equal(File.ReadAllText(file), first + last);
            Assert.InRange((double)last.Length / first.Length, 0.03, 0.06);
        }

        Assert.Equal("library:austen", suite.GetCorpusId(textCase));
        Assert.Equal("austen", suite.GetCorpusId(Case()));
    }

    private static ITextCase Case(params (string Name, string Value)[] parameters) => (ITextCase)new PerplexitySuite().CreateCase(
        new CaseSpecification("austen", parameters.ToDictionary(pair => pair.Name, pair => pair.Value)));
}
