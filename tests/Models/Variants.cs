using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests;

/// <summary>Shipped variants, small enough for tests.</summary>
internal static class Variants
{
    internal static readonly VariantCatalogue Catalogue = VariantCatalogue.Load();

    internal static ModelDefinition Small(string name, int loopCount = 3, int vocabulary = 19, string scale = "micro") =>
        Catalogue.Resolve($"{name}@{scale}").WithVocabulary(vocabulary).WithLoopCount(loopCount).WithMaximumLength(64);

    internal static LoopedModel Create(string name, int loopCount = 3, torch.ScalarType type = torch.ScalarType.Float64, long seed = 1, string scale = "micro")
    {
        var model = LoopedModel.Create(Small(name, loopCount, scale: scale), seed, ComputeDevice.Cpu, type);
        Stir(model);
        return model;
    }

    /// <summary>Moves zero-initialised gates away from zero, so that tests see them.</summary>
    static void Stir(LoopedModel model)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var generator = new torch.Generator(5, torch.CPU);
        foreach (var parameter in model.Parameters.Descriptions.Where(p => p.Initialisation is Models.Mixers.Initialisation.Constant { Filler: 0 }))
            model.Parameters.View(parameter.Name).copy_(torch.randn([.. parameter.Shape.Select(s => (long)s)], generator: generator).mul(0.3));
    }

    internal static torch.Tensor Ids(int batch, int length, int vocabulary = 19, int seed = 3)
    {
        using var generator = new torch.Generator((ulong)seed, torch.CPU);
        return torch.randint(vocabulary, [batch, length], dtype: torch.ScalarType.Int64, generator: generator);
    }

    internal static double Distance(torch.Tensor a, torch.Tensor b) => a.to(torch.ScalarType.Float64).sub(b.to(torch.ScalarType.Float64)).abs().max().item<double>();

    public static TheoryData<string> Names => [.. Catalogue.BaseVariantNames];
}
