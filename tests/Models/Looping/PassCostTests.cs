using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Looping;

/// <summary>Bytes and operations counted by hand: one layer of width 16 with two heads of 8, a feed-forward of 24, 19 tokens, float32.</summary>
public sealed class PassCostTests
{
    const int Width = 16, FeedForward = 24, Vocabulary = 19, Entry = 2 * 2 * 8; // a key and a value of both heads
    const int Attention = 4 * Width * Width, Around = 3 * Width * FeedForward + 2 * Width, Output = Vocabulary * Width;

    static MixerChoice Choice(string mixer, params (string, string)[] options) => new(mixer, options.ToDictionary(o => o.Item1, o => o.Item2));

    static ModelDefinition Model(int loopCount, params MixerChoice[] loops) => new()
    {
        VariantId = "x@y", Width = Width, HeadCount = 2, FeedForwardWidth = FeedForward, LayerCount = 1, LoopCount = loopCount, VocabularySize = Vocabulary, MaximumLength = 64,
        NormEpsilon = 1e-6, TiedHead = true, ResidualGate = false, Slots = [.. loops.Select(loop => (IReadOnlyList<MixerChoice>)[loop])],
    };

    static double DecodeNumbers(ModelDefinition definition, int context, int batch = 1, int? loopCount = null)
    {
        using var model = LoopedModel.Create(definition, 1, ComputeDevice.Cpu, torch.ScalarType.Float32);
        using var state = model.NewState(batch, 64, loopCount ?? definition.LoopCount);
        return PassCost.DecodeBytes(model, state, context) / 4;
    }

    /// <summary>Each loop reads the mixer that runs in it, not every mixer of the layer.</summary>
    [Fact]
    public void Loops_of_other_mixers_read_their_own_weights()
    {
        var gdn = Choice("gdn", ("headDimension", "4"), ("shortConvolution", "4"));
        const int KeyWidth = 8, ValueWidth = 16;
        const int mixer = Width * (2 * KeyWidth + 3 * ValueWidth + 2 * 2) + 4 * (2 * KeyWidth + ValueWidth) + 2 + 2 + 8, recurrent = 2 * 4 * 8, tail = 3 * (2 * KeyWidth + ValueWidth);
        const int context = 10;
        Assert.Equal(
            Output + 3 * (mixer + Around + 2 * (recurrent + tail)) + Attention + Around + Entry * (context + 1),
            DecodeNumbers(Model(4, gdn, gdn, gdn, Choice("full")), context));
    }

    /// <summary>A step reads the part of a ring that holds something and writes one entry.</summary>
    [Theory]
    [InlineData(5, 5)]
    [InlineData(16, 16)]
    [InlineData(40, 16)]
    public void A_window_reads_what_it_sees_and_writes_one_token(int context, int seen) =>
        Assert.Equal(Output + 2 * (Attention + Around + 3 * Entry * (seen + 1)), DecodeNumbers(Model(2, Choice("window", ("window", "16"))), context, batch: 3));

    /// <summary>Keys of the indexer are all read, keys and values of the k best tokens alone (mixers.md section 13); in the dense warm-up all of them.</summary>
    [Theory]
    [InlineData("sparse", 3, 3)]
    [InlineData("sparse", 40, 4)]
    [InlineData("dense", 40, 40)]
    public void Sparse_attention_reads_its_best_tokens_and_every_key_of_the_indexer(string stage, int context, int read)
    {
        const int indexer = Width * (2 * 8 + 8 + 2) + 2 * 8;
        var dsa = Choice("dsa", ("topK", "4"), ("indexerHeads", "2"), ("indexerDimension", "8"), ("indexerLoss", stage));
        Assert.Equal(Output + 2 * (Attention + indexer + Around + Entry * (read + 1) + 8 * (context + 1)), DecodeNumbers(Model(2, dsa), context));
    }

    /// <summary>Blocks of 4, three chosen, a window of 8; one key and value head.</summary>
    [Theory]
    [InlineData(7, 7, 2)]
    [InlineData(40, 12, 10)]
    public void Native_sparse_attention_reads_chosen_blocks_and_the_means_of_all(int context, int read, int means)
    {
        const int weights = Width * (Width + 2 * 8 + 3 * 2) + Width * Width, entry = 2 * 8;
        var nsa = Choice("nsa", ("blockSize", "4"), ("blockCount", "3"), ("window", "8"));
        Assert.Equal(Output + 2 * (weights + Around + entry * (read + 1 + means + 1)), DecodeNumbers(Model(2, nsa), context));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_loops_that_run_count_whatever_the_model_was_made_for(int loopCount) =>
        Assert.Equal(Output + loopCount * (Attention + Around + Entry * 11), DecodeNumbers(Model(2, Choice("full")), 10, loopCount: loopCount));

    /// <summary>Products with weights, without norms, and what attention computes: token t sees t keys, at most those of its window.</summary>
    [Theory]
    [InlineData("full", 1, 10, 55)]
    [InlineData("full", 5, 10, 55)]
    [InlineData("window", 2, 10, 34)] // 1 + 2 + 3 and seven times 4
    public void A_prefill_computes_what_its_loops_and_its_length_ask_for(string mixer, int loopCount, int length, int pairs)
    {
        using var model = LoopedModel.Create(Model(2, Choice(mixer, ("window", "4"))), 1, ComputeDevice.Cpu, torch.ScalarType.Float32);
        const int products = Attention + 3 * Width * FeedForward;
        Assert.Equal(3 * (loopCount * (2.0 * length * products + 4.0 * Width * pairs) + 2.0 * Output), PassCost.PrefillOperations(model, 3, length, loopCount));
        Assert.Equal(3 * 3 * (2 * (2.0 * length * products + 4.0 * Width * pairs) + length * 2.0 * Output), PassCost.TrainingOperations(model, 3, length));
    }
}
