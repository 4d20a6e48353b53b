using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class CellNamesTests
{
    private static CellRecord Cell(string id, string title, string definition, long? seed = 1) =>
        new("run", id, CellKind.Score, title, definition, CellOutcome.Finished, null, "v@s", seed, 1, DateTimeOffset.UnixEpoch, 1);

    private static string Score(int length, int pairs, string parent) =>
        $$"""{"batchSize":100,"case":{"parameters":{"length":"{{length}}","pairs":"{{pairs}}","passes":"1"},"dataHash":"{{parent}}"},"parents":["{{parent}}"],"testedLoopCounts":[1,2]}""";

    [Fact]
    public void Cells_of_one_title_are_told_apart_by_what_their_definitions_differ_in()
    {
        var names = new CellNames([Cell("aaaaaaaa", "score v on mqar", Score(64, 8, "x")), Cell("bbbbbbbb", "score v on mqar", Score(128, 16, "y")), Cell("cccccccc", "train v", "{}")]);
        Assert.Equal(["score v on mqar: length 64, pairs 8", "score v on mqar: length 128, pairs 16", "train v"], new[] { "aaaaaaaa", "bbbbbbbb", "cccccccc" }.Select(id => names[id]));
    }

    [Fact]
    public void Seeds_and_learning_rates_tell_apart_too()
    {
        const string recipe = """{"recipe":{"learningRate":0.002,"steps":10}}""";
        var names = new CellNames([Cell("a", "train v", recipe), Cell("b", "train v", recipe, seed: 2), Cell("c", "train v", recipe.Replace("0.002", "0.005", StringComparison.Ordinal))]);
        Assert.Equal(["train v: learning rate 0.002, seed 1", "train v: learning rate 0.002, seed 2", "train v: learning rate 0.005, seed 1"], new[] { "a", "b", "c" }.Select(id => names[id]));
    }

    [Fact]
    public void Ids_of_other_cells_are_no_names()
    {
        var names = new CellNames([Cell("a", "train v", """{"steps":1000}"""), Cell("b", "train v", """{"learningRateTrials":["a"],"steps":2000}""")]);
        Assert.Equal(["train v: steps 1000", "train v: steps 2000"], new[] { "a", "b" }.Select(id => names[id]));
    }

    [Fact]
    public void Where_nothing_readable_tells_them_apart_the_id_does()
    {
        var names = new CellNames([Cell("1234567890", "train v", "no JSON"), Cell("abcdef7890", "train v", "no JSON")]);
        Assert.Equal(["train v: cell 123456", "train v: cell abcdef", "elsewhere"], new[] { "1234567890", "abcdef7890", "elsewhere" }.Select(id => names[id]));
    }
}
