using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>The shapes of the figures, with random weights.</summary>
internal static class BenchmarkModels
{
    internal static ModelDefinition Define(string variant, int width, int layers, int loops, int heads, int feedForward, int vocabulary, int length)
    {
        var known = VariantCatalogue.Load().Resolve(variant + "@micro");
        return known with
        {
            VariantId = $"{variant}@d{width}", Width = width, LayerCount = layers, LoopCount = loops, HeadCount = heads, FeedForwardWidth = feedForward,
            VocabularySize = vocabulary, MaximumLength = length, TiedHead = true,
            Slots = [[.. Enumerable.Range(0, layers).Select(layer => Sized(known.Slots[0][layer % known.Slots[0].Count]))]],
        };
    }

    // DSA as DeepSeek and LT2 have it: all query heads over one key-value head, 16 indexer heads of 64, the best 2048 keys. NSA by flash-linear-attention's sizes, over one
    // key-value head too. A window as in LT2's larger scale.
    static MixerChoice Sized(MixerChoice choice) => choice.Mixer switch
    {
        "dsa" => With(choice, ("keyValueHeads", "1"), ("indexerHeads", "16"), ("indexerDimension", "64"), ("topK", "2048")),
        "nsa" => With(choice, ("keyValueHeads", "1"), ("blockSize", "64"), ("blockCount", "16"), ("window", "512")),
        "window" => With(choice, ("window", "2048")),
        _ => choice,
    };

    static MixerChoice With(MixerChoice choice, params (string Name, string Value)[] options)
    {
        var all = new Dictionary<string, string>(choice.Options);
        foreach (var (name, value) in options) all[name] = value;
        return choice with { Options = all };
    }

    internal static LoopedModel Create(ModelDefinition definition, ComputeDevice device)
    {
        var model = LoopedModel.Blank(definition, device, ScalarType.BFloat16);
        using var noGrad = no_grad();
        model.Parameters.Flat.normal_(0, 0.02);
        foreach (var norm in model.Parameters.Names.Where(name => name.Contains("norm", StringComparison.Ordinal)))
        {
            using var view = model.Parameters.View(norm);
            view.fill_(1);
        }
        return model;
    }
}
