using System.Text;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Tests.Execution;

/// <summary>Choices scored from one shared prefix, against one forward a choice.</summary>
public sealed class SharedPrefixTests
{
    private const int MaximumLength = 160;

    private static readonly ScoringLimits Limits = new(BatchSize: 8, PassCostInTokens: 64, StateBytes: 1000, StateBytesPerToken: 1000);

    private static readonly int[] LoopCounts = [3, 1, 2];

    // Contexts of several lengths; choices of one byte (all inputs equal), of many, one that is the beginning of another, an empty one behind its blank.
    private static readonly TextRequest[] Requests =
    [
        .. Choices("The following are questions about tides. What pulls the sea towards the moon?\nAnswer:", " A", " B", " C", " D"),
        .. Choices("A cook salts the water because", " salt makes it taste", " salt makes it taste better than before", " the pot is full", " "),
        .. Choices("", " yes", " no"),
        .. new[] { "Rosa thanked Ida because Rosa", "Rosa thanked Ida because Ida" }.Select(context => new LogLikelihoodRequest(context, " had been helped.")),
        new LogLikelihoodRequest("Where the sea is deep the water looks", " dark"),
        .. Choices(string.Concat(Enumerable.Repeat("Too long a context loses its beginning. ", 6)), " so", " and so it does", " or not"),
        new RollingLogLikelihoodRequest(string.Concat(Enumerable.Repeat("A text in several windows. ", 12))),
    ];

    public static TheoryData<string> Variants => new(VariantCatalogue.Load().BaseVariantNames);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Log_likelihoods_equal_those_of_one_forward_a_choice(string variant)
    {
        using var model = Create(variant, ScalarType.Float64);
        Compare(model, 1e-8);
    }

    [Theory]
    [InlineData("looped-full")]
    [InlineData("lt2-gdn")]
    [InlineData("lt2-hybrid-full-gdn")]
    [InlineData("lt2-mamba2")]
    public void In_single_precision_they_agree_within_rounding(string variant)
    {
        using var model = Create(variant);
        Compare(model, 1e-4);
    }

    private static void Compare(LoopedModel model, double tolerance)
    {
        var shared = Scorer(model, batchSize: 8).Score(Requests, LoopCounts, (_, _) => { }, TestContext.Current.CancellationToken);

        for (var loop = 0; loop < LoopCounts.Length; loop++)
        {
            for (var i = 0; i < Requests.Length; i++)
            {
                var expected = Expected(model, Requests[i], LoopCounts[loop]);
                Assert.Equal(expected.Count, shared[loop][i].TokenLogProbabilities!.Count);
                Assert.All(expected.Zip(shared[loop][i].TokenLogProbabilities!), pair => Assert.Equal(pair.First, pair.Second, tolerance));
                Assert.Equal(expected.Sum(), shared[loop][i].LogLikelihood, tolerance * Math.Max(1, expected.Count));
            }
        }
    }

    [Fact]
    public void A_prefix_is_read_once_and_choices_of_one_token_are_one_sequence()
    {
        using var model = Create("lt2-gdn");
        var letters = Scorer(model, batchSize: 8).Plan([.. Requests.Take(4)], Limits);
        var words = Scorer(model, batchSize: 8).Plan([.. Requests.Skip(4).Take(4)], Limits);

        Assert.Equal(4, Assert.Single(Assert.Single(letters).Rows).Row.Windows.Count);
        var batch = Assert.Single(words);
        Assert.Equal("A cook salts the water because".Length, batch.PrefixLength);
        Assert.Equal(batch.PrefixLength + " salt makes it tast".Length + " salt makes it taste better than befor".Length + " the pot is ful".Length, batch.Tokens);
        Assert.All(Scorer(model, batchSize: 8, share: false).Plan(Requests, Limits), whole => Assert.Equal(0, whole.PrefixLength));
    }

    [Fact]
    public void States_that_would_not_fit_are_not_kept_at_once()
    {
        Assert.Equal(8, new ScoringLimits(8, 64, 0, 1 << 20).MostStates(100, 100));
        Assert.Equal(4, new ScoringLimits(8, 64, 0, 1 << 20).MostStates(1000, 1000));
        Assert.Equal(80, new ScoringLimits(8, 64, 0, 1).MostStates(100, 10)); // short rests of long sequences
        Assert.Equal(1, new ScoringLimits(8, 64, 1L << 40, 0).MostStates(1, 1));
    }

    [Fact]
    public void No_batch_is_larger_than_asked_and_every_window_is_answered_once()
    {
        using var model = Create("lt2-gdn");
        var batches = Scorer(model, batchSize: 8).Plan(Requests, Limits with { BatchSize = 3 });

        Assert.All(batches, batch => Assert.InRange(batch.Groups.Count, 1, 3));
        var windows = batches.SelectMany(batch => batch.Rows).SelectMany(item => item.Row.Windows).Select(window => (window.RequestIndex, window.Order)).ToList();
        Assert.Equal(windows.Count, windows.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, Requests.Length), windows.Select(window => window.RequestIndex).Distinct().Order());
    }

    [Fact]
    public void Nothing_to_score_costs_nothing()
    {
        using var model = Create("lt2-gdn");
        var responses = Scorer(model, batchSize: 3).Score([new RollingLogLikelihoodRequest(""), new LogLikelihoodRequest("a", "")], [1], (_, _) => { }, TestContext.Current.CancellationToken)[0];
        Assert.All(responses, response => Assert.Equal(0, response.LogLikelihood));
    }

    [Fact]
    public void A_continuation_is_never_cut()
    {
        using var model = Create("lt2-gdn");
        var error = Assert.Throws<TaskException>(() => Scorer(model, batchSize: 3).Plan([new LogLikelihoodRequest("a", new string('b', MaximumLength + 1))], Limits));
        Assert.Contains("161 tokens, the model reads 160", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<TextRequest> Choices(string context, params string[] choices) => choices.Select(choice => new LogLikelihoodRequest(context, choice));

    private static LoopedModel Create(string variant, ScalarType dtype = ScalarType.Float32)
    {
        var definition = VariantCatalogue.Load().Resolve($"{variant}@micro").WithLoopCount(2).WithVocabulary(new ByteTokenizer().VocabularySize);
        return LoopedModel.Create(definition.WithMaximumLength(MaximumLength), 3, ComputeDevice.Resolve("cpu"), dtype);
    }

    private static TokenScorer Scorer(LoopedModel model, int batchSize, bool share = true) =>
        new(model, model.Device, new ByteTokenizer(), MaximumLength, batchSize, share);

    // By hand: bytes, the prefix id, windows of the maximum length; a forward a window.
    private static List<double> Expected(LoopedModel model, TextRequest request, int loopCount)
    {
        var tokenizer = new ByteTokenizer();
        var (context, scored) = request switch
        {
            LogLikelihoodRequest pair => (Encoding.UTF8.GetBytes(pair.Context.TrimEnd()), Encoding.UTF8.GetBytes(pair.Context[pair.Context.TrimEnd().Length..] + pair.Continuation)),
            RollingLogLikelihoodRequest rolling => ([], Encoding.UTF8.GetBytes(rolling.Text)),
            _ => throw new InvalidOperationException(),
        };
        var all = (context.Length == 0 ? [tokenizer.PrefixId] : context.Select(value => (int)value)).Concat(scored.Select(value => (int)value)).ToList();
        var result = new List<double>();
        for (var next = all.Count - scored.Length; next < all.Count;)
        {
            var end = request is RollingLogLikelihoodRequest ? Math.Min(all.Count, next + MaximumLength) : all.Count;
            var input = all[Math.Max(0, end - 1 - MaximumLength)..(end - 1)];
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            var logProbabilities = nn.functional.log_softmax(model.ForwardReadouts(tensor(input.Select(id => (long)id).ToArray()).unsqueeze(0), [loopCount])[0][0], -1);
            for (; next < end; next++)
            {
                result.Add(logProbabilities[input.Count - (end - next), all[next]].to(ScalarType.Float64).item<double>());
            }
        }

        return result;
    }
}
