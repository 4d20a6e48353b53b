using System.Globalization;
using System.Text.Json;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Conversion;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>
/// A whole Ouro model (LoopLM, arXiv 2510.25741): its configuration in the index, its weights <c>w.*</c> under the names of the public modelling code, token ids, and logits: after each loop
/// (<c>exit_at_N</c>, from 0), at the first loop whose cumulative exit probability reaches a threshold (<c>threshold_Q</c>, <c>default</c>), and weighted by the exit probabilities (<c>weighted</c>).
/// In the public code a step of the configuration (<c>early_exit_step</c>) wins over every threshold, and a threshold of the configuration wins over the wish for weighted logits; it is 1 unless the configuration clears it, and then nobody exits early.
/// </summary>
internal static class OuroCase
{
    public const string ModelType = "ouro";

    public static CaseVerdict Verify(string folder, string source, string name, JsonElement json, ComputeDevice device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var configuration = new LayerArguments(json);
        var (threshold, step) = (configuration.Real("early_exit_threshold", 1), configuration.Integer("early_exit_step", null));
        var definition = LlamaFamily.Plan(name, ModelType, json)!.Definition;
        var archive = Safetensors.Read(Path.Combine(folder, name + ".safetensors"));
        var precision = dtype == ScalarType.Float64 ? dtype : ScalarType.Float32;
        using var model = LoopedModel.Blank(definition, device, precision);
        Fill(model, archive);

        var meter = new ErrorMeter(Tolerance.For(precision, device.TorchDevice).Or(1e-4, "the expected values were computed in float32 by the public modelling code"));
        if (precision != dtype)
        {
            meter.Remark("run in float32: the inputs are token ids, which have nothing to round");
        }
        var ids = archive.Load("ids").to(ScalarType.Int64, device.TorchDevice);
        var loops = definition.LoopCount;
        var hidden = model.ForwardHidden(ids, [.. Enumerable.Range(1, loops)]);
        var logits = stack(hidden.Select(model.Head));
        var exits = model.ExitDistribution(hidden, loops);
        foreach (var output in archive.Names.Where(n => n.StartsWith("logits.", StringComparison.Ordinal)))
        {
            var (actual, keep) = Readout(output["logits.".Length..], logits, exits, threshold, step);
            meter.Compare(output, "forward", Golden(archive, output), actual, keep);
        }
        return meter.Verdict(new GoldenCase(source, ModelType, name, GoldenAttributes.None, new Dictionary<string, GoldenTensor>(), new Dictionary<string, GoldenTensor>()));
    }

    private static (Tensor Logits, Tensor? Keep) Readout(string kind, Tensor logits, Tensor exits, double? configured, int? step)
    {
        var loops = logits.shape[0];
        if (step >= 0 && step < loops && !kind.StartsWith("exit_at_", StringComparison.Ordinal))
        {
            return (logits[step.Value], null);
        }
        if (kind.StartsWith("exit_at_", StringComparison.Ordinal) && int.TryParse(kind["exit_at_".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < loops)
        {
            return (logits[at], null);
        }
        if (kind == "weighted" && configured is null)
        {
            return ((logits * exits.to_type(logits.dtype).unsqueeze(-1)).sum([0L]), null);
        }
        var threshold = configured ?? double.PositiveInfinity;
        if (kind.StartsWith("threshold_", StringComparison.Ordinal))
        {
            threshold = double.Parse(kind["threshold_".Length..], CultureInfo.InvariantCulture);
        }
        else if (kind is not ("default" or "weighted"))
        {
            throw new ModelException($"logits.{kind} is no readout of Ouro; there are default, exit_at_N (N below {loops}), threshold_Q and weighted.");
        }
        // The sum over all loops is 1 up to rounding; the last loop takes what no earlier one reached.
        var reached = exits.cumsum(0).narrow(0, 0, loops - 1);
        var first = (reached < threshold).to_type(ScalarType.Int64).sum([0L]);
        var index = first.unsqueeze(0).unsqueeze(-1).expand(1, logits.shape[1], logits.shape[2], logits.shape[3]);
        // Where the sum is within rounding of the threshold either loop is right.
        var keep = (reached - threshold).abs().min(0).values > 1e-5;
        return (logits.gather(0, index).squeeze(0), keep.unsqueeze(-1));
    }

    private static void Fill(LoopedModel model, TensorArchive archive)
    {
        var problems = new List<string>();
        var used = new HashSet<string>(StringComparer.Ordinal) { "ids" };
        foreach (var parameter in model.Parameters.Descriptions)
        {
            var stored = "w." + LlamaFamily.StoredName(parameter.Name);
            used.Add(stored);
            if (!archive.Has(stored) || !archive.Info(stored).Shape.SequenceEqual(parameter.Shape.Select(n => (long)n)))
            {
                problems.Add(archive.Has(stored)
                    ? $"'{stored}' has the shape [{string.Join(',', archive.Info(stored).Shape)}]; the model needs [{string.Join(',', parameter.Shape)}]"
                    : $"'{stored}' is missing");
                continue;
            }
            using var view = model.Parameters.View(parameter.Name);
            using var values = archive.Load(stored);
            view.copy_(values);
        }
        problems.AddRange(archive.Names.Where(n => n.StartsWith("w.", StringComparison.Ordinal) && !used.Contains(n)).Select(n => $"'{n}' is no tensor of this model"));
        if (problems.Count > 0)
        {
            throw new ModelException(string.Join("; ", problems) + ".");
        }
    }

    private static GoldenTensor Golden(TensorArchive archive, string name)
    {
        var tensor = archive.Load(name).to_type(ScalarType.Float64).contiguous();
        return new GoldenTensor(tensor.shape, tensor.data<double>().ToArray());
    }
}
