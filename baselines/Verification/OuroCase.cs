using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>
/// A whole Ouro model (LoopLM, arXiv 2510.25741): its configuration in the index, its weights <c>w.*</c> under the names of the public modelling code, token ids, and logits: after each loop
/// (<c>exit_at_N</c>, from 0), at the first loop whose cumulative exit probability reaches a threshold (<c>threshold_Q</c>, <c>default</c>), and weighted by the exit probabilities (<c>weighted</c>).
/// In the public code a threshold of the configuration wins over the wish for weighted logits; it is 1 unless the configuration clears it, and then nobody exits early.
/// </summary>
internal static partial class OuroCase
{
    public const string ModelType = "ouro";

    private static readonly string[] WithoutEffect = ["model_type", "T", "initializer_range", "use_cache", "architectures", "torch_dtype", "bos_token_id", "eos_token_id", "attention_dropout", "seed"];

    public static CaseVerdict Verify(string folder, string source, string name, JsonElement json, ComputeDevice device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var configuration = new LayerArguments(json);
        var threshold = configuration.Real("early_exit_threshold", 1);
        var definition = Define(name, configuration);
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
            var (actual, keep) = Readout(output["logits.".Length..], logits, exits, threshold);
            meter.Compare(output, "forward", Golden(archive, output), actual, keep);
        }
        return meter.Verdict(new GoldenCase(source, ModelType, name, GoldenAttributes.None, new Dictionary<string, GoldenTensor>(), new Dictionary<string, GoldenTensor>()));
    }

    private static ModelDefinition Define(string name, LayerArguments a)
    {
        int Size(string field) => a.Integer(field, null) ?? throw new ModelException($"the configuration has no '{field}'.");
        var (width, heads, layers) = (Size("hidden_size"), Size("num_attention_heads"), Size("num_hidden_layers"));
        if (a.Word("hidden_act", "silu") is var activation && activation != "silu")
        {
            throw new ModelException($"hidden_act is '{activation}'; Ouro's feed-forward has silu.");
        }
        var options = new Dictionary<string, string>
        {
            ["rotary"] = "halves",
            ["rotaryTheta"] = (a.Real("rope_theta", 10000) ?? 10000).ToString("R", CultureInfo.InvariantCulture),
            ["keyValueHeads"] = (a.Integer("num_key_value_heads", null) ?? heads).ToString(CultureInfo.InvariantCulture),
            ["headDimension"] = (a.Integer("head_dim", null) ?? width / heads).ToString(CultureInfo.InvariantCulture),
        };
        var definition = new ModelDefinition
        {
            VariantId = name + "@golden", Width = width, LayerCount = layers, LoopCount = Size("total_ut_steps"), HeadCount = heads,
            FeedForwardWidth = Size("intermediate_size"), VocabularySize = Size("vocab_size"), MaximumLength = a.Integer("max_position_embeddings", null) ?? 2048,
            NormEpsilon = a.Real("rms_norm_eps", 1e-6) ?? 1e-6, TiedHead = a.Switch("tie_word_embeddings", false), ResidualGate = false,
            NormPlacement = NormPlacement.Sandwich, NormEveryLoop = true, ExitGate = true,
            Slots = [[.. Enumerable.Repeat(new MixerChoice("full", options), layers)]],
        };
        a.Ignore(WithoutEffect);
        a.RefuseUnread("An Ouro configuration");
        return definition;
    }

    private static (Tensor Logits, Tensor? Keep) Readout(string kind, Tensor logits, Tensor exits, double? configured)
    {
        var loops = logits.shape[0];
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
            var stored = "w." + StoredName(parameter.Name);
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

    /// <summary>Our name to the public modelling code's.</summary>
    private static string StoredName(string name) => name switch
    {
        "embeddings.weight" => "model.embed_tokens.weight",
        "norm.weight" => "model.norm.weight",
        "lm_head.weight" => "lm_head.weight",
        "exit_gate.weight" or "exit_gate.bias" => "model.early_exit_gate" + name["exit_gate".Length..],
        _ => "model." + MixerSlot().Replace(name, "$1self_attn.")
            .Replace("mixer_norm_2", "input_layernorm_2", StringComparison.Ordinal).Replace("mixer_norm", "input_layernorm", StringComparison.Ordinal)
            .Replace("mlp_norm_2", "post_attention_layernorm_2", StringComparison.Ordinal).Replace("mlp_norm", "post_attention_layernorm", StringComparison.Ordinal),
    };

    [GeneratedRegex(@"^(layers\.\d+\.)mixer\.")]
    private static partial Regex MixerSlot();

    private static GoldenTensor Golden(TensorArchive archive, string name)
    {
        var tensor = archive.Load(name).to_type(ScalarType.Float64).contiguous();
        return new GoldenTensor(tensor.shape, tensor.data<double>().ToArray());
    }
}
