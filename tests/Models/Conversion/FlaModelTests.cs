using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Conversion;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Conversion;

/// <summary>Whole models that flash-linear-attention itself wrote and ran (tests/fla-models): imported, they give its logits, in one pass and token by token.</summary>
public sealed class FlaModelTests : IDisposable
{
    static readonly string Models = Path.Combine(AppContext.BaseDirectory, "fla-models");

    readonly string folder = Directory.CreateTempSubdirectory("lt2-fla-").FullName;

    public static TheoryData<string> Names => [.. Directory.EnumerateDirectories(Models).Where(path => File.Exists(Path.Combine(path, "config.json"))).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, MemberData(nameof(Names))]
    public void An_imported_model_gives_the_logits_of_the_original(string name)
    {
        TorchRuntime.SetThreads(1);
        var source = Path.Combine(Models, name);
        ModelImporter.Import(WeightsAlone(source), Path.Combine(folder, "out"));
        using var model = CheckpointFolder.Load(Path.Combine(folder, "out"), ComputeDevice.Cpu, ScalarType.Float64);
        var expected = Safetensors.Read(Path.Combine(source, "expected.safetensors"));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (ids, logits) = (expected.Load("ids").to(ScalarType.Int64), expected.Load("logits").to(ScalarType.Float64));
        Near(logits, model.ForwardReadouts(ids, [1])[0]);
        using var state = model.NewState((int)ids.shape[0], (int)ids.shape[1], 1);
        const int prompt = 5;
        var steps = new List<Tensor> { model.Advance(ids.narrow(1, 0, prompt), state) };
        for (var t = prompt; t < ids.shape[1]; t++) steps.Add(model.Advance(ids.narrow(1, t, 1), state));
        Near(logits, cat(steps, 1));
    }

    /// <summary>The folder as FLA would have saved it: without the expected logits.</summary>
    string WeightsAlone(string source)
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "in")).FullName;
        foreach (var file in (string[])["config.json", "model.safetensors"]) File.Copy(Path.Combine(source, file), Path.Combine(target, file));
        return target;
    }

    /// <summary>The originals ran in float32 on a GPU.</summary>
    static void Near(Tensor expected, Tensor actual) => Assert.InRange(actual.sub(expected).abs().max().item<double>() / expected.abs().max().item<double>(), 0, 1e-4);
}
