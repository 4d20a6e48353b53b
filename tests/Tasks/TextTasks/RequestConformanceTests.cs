using System.Text;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Requests;

namespace LT2.Eval.Tasks.Tests.TextTasks;

public sealed class RequestConformanceTests
{
    [Fact]
    public void Rolling_windows_equal_the_reference()
    {
        foreach (var item in GoldenSamples.Read("rolling", "windows.json").Maps("cases"))
        {
            var windows = RollingWindows.Create(Whole(item, "n_tokens"), Whole(item, "max_seq_len"), Whole(item, "context_len"));
            Assert.Equal(
                item.Maps("windows").Select(window => (Pair(window, "input"), Pair(window, "predict"))),
                windows.Select(window => ((window.InputStart, window.InputLength), (window.PredictedStart, window.PredictedLength))));
            Assert.Equal(
                item.Maps("disjoint").Select(window => (Pair(window, "context"), Pair(window, "predict"))),
                windows.Select(window => ((window.InputStart, window.ContextLength), (window.PredictedStart, window.PredictedLength))));
        }
    }

    [Fact]
    public void Every_token_is_predicted_once() => CsCheck.Check.Sample(
        CsCheck.Gen.Select(CsCheck.Gen.Int[0, 60], CsCheck.Gen.Int[1, 12], CsCheck.Gen.Int[1, 12]),
        (tokens, maximum, context) => context > maximum || RollingWindows.Create(tokens, maximum, context)
            .SelectMany(window => Enumerable.Range(window.PredictedStart, window.PredictedLength)).SequenceEqual(Enumerable.Range(0, tokens)));

    [Fact]
    public void Encoded_pairs_and_truncation_equal_the_reference()
    {
        var sample = GoldenSamples.Read("tokens", "encode_pair.json");
        var pieces = sample.Items("pieces_from_id_256").Cast<string>().Select(Encoding.UTF8.GetBytes).ToList();
        foreach (var set in sample.Maps("sets"))
        {
            int? begin = (bool)set["add_bos"]! ? Whole(set, "prefix_id") : null;
            foreach (var item in set.Maps("cases"))
            {
                var pair = PairEncoder.Encode((string)item["context"]!, (string)item["continuation"]!, text => Greedy(text, pieces), Whole(set, "prefix_id"), begin);
                Assert.Equal(item.Items("context_ids").Select(Convert.ToInt32), pair.Context);
                Assert.Equal(item.Items("continuation_ids").Select(Convert.ToInt32), pair.Continuation);
                foreach (var maximum in new[] { 8, 24, 2048 })
                {
                    if (item["model_input"].AsMap().TryGetValue($"{maximum}", out var expected))
                    {
                        Assert.Equal(((IEnumerable<object?>)expected!).Select(Convert.ToInt32), pair.ModelInput(maximum));
                    }
                    else
                    {
                        Assert.Throws<ArgumentException>(() => pair.ModelInput(maximum));
                    }
                }
            }
        }
    }

    [Fact]
    public void A_continuation_that_begins_with_the_prefix_gives_it_to_an_empty_context()
    {
        var pair = PairEncoder.Encode(string.Empty, "<s>a", _ => [7, 1], 7);
        Assert.Equal([7], pair.Context);
        Assert.Equal([1], pair.Continuation);
    }

    [Theory]
    [InlineData(" \n", null)]
    [InlineData("\t", 7)]
    public void A_context_of_blanks_alone_moves_to_the_continuation_and_the_prefix_stands_for_it(string blanks, int? beginOfTextId)
    {
        static List<int> Bytes(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];
        var pair = PairEncoder.Encode(blanks, "a", Bytes, 7, beginOfTextId);
        Assert.Equal([7], pair.Context);
        Assert.Equal(Bytes(blanks + "a"), pair.Continuation);
        Assert.Equal([7, .. Bytes(blanks)], pair.ModelInput(8));
    }

    [Fact]
    public void A_generation_keeps_the_end_of_its_context()
    {
        Assert.Equal([3, 4], PairEncoder.GenerationInput([1, 2, 3, 4], 5, 3));
        Assert.Throws<ArgumentException>(() => PairEncoder.GenerationInput([1], 5, 5));
    }

    [Fact]
    public void The_hash_of_a_request_changes_with_every_byte()
    {
        TextRequest[] requests = [new LogLikelihoodRequest("a", " b"), new LogLikelihoodRequest("a ", "b"), new LogLikelihoodRequest("a", " c")];
        Assert.Equal(3, new HashScorer().Score(requests, TestContext.Current.CancellationToken).Select(response => response.LogLikelihood).Distinct().Count());
    }

    private static List<int> Greedy(string text, List<byte[]> pieces)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var ids = new List<int>();
        for (var i = 0; i < bytes.Length;)
        {
            var best = Enumerable.Range(0, pieces.Count).Where(piece => bytes.AsSpan(i).StartsWith(pieces[piece])).DefaultIfEmpty(-1).MaxBy(piece => piece < 0 ? 1 : pieces[piece].Length);
            ids.Add(best < 0 ? bytes[i] : 256 + best);
            i += best < 0 ? 1 : pieces[best].Length;
        }

        return ids;
    }

    private static int Whole(Map map, string name) => (int)(long)map[name]!;

    private static (int, int) Pair(Map map, string name) => (Convert.ToInt32(map.Items(name)[0]), Convert.ToInt32(map.Items(name)[1]));
}
