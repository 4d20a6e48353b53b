using System.Text.Json;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>
/// Layer cases: an <c>index.json</c> that names a class of flash-linear-attention and its arguments for each case, and beside it <c>NAME.safetensors</c> with the layer's weights
/// <c>w.*</c>, input <c>x</c> and output <c>y</c> (and <c>v_first</c> for an RWKV7 layer that is not the first).
/// </summary>
internal static class LayerCaseIndex
{
    private const string WeightPrefix = "w.";

    public static bool IsIndex(string path) => Path.GetFileName(path) == "index.json";

    public static IEnumerable<CaseVerdict> Verify(string path, Device device, ScalarType dtype)
    {
        var source = Path.Combine(Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? "", "index.json");
        JsonElement root;
        try
        {
            root = Conversion.PythonJson.Parse(File.ReadAllText(path));
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return [CaseVerdict.NotRun(source, "?", "(file)", $"{source} can't be read as an index of cases: {error.Message}")];
        }
        if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.Object))
        {
            return [CaseVerdict.NotRun(source, "?", "(file)", $"{source} is not an index of cases: it must be an object of objects, one for each case.")];
        }
        return root.EnumerateObject().Select(entry => VerifyCase(path, source, entry.Name, entry.Value, device, dtype));
    }

    private static CaseVerdict VerifyCase(string index, string source, string name, JsonElement json, Device device, ScalarType dtype)
    {
        var kind = json.TryGetProperty("cls", out var cls) && cls.ValueKind == JsonValueKind.String ? cls.GetString()! : null;
        try
        {
            return kind is null ? ModelCase.Verify(index, source, name, json, device, dtype) : VerifyLayer(index, source, name, kind, json, device, dtype);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return CaseVerdict.NotRun(source, kind ?? "?", name, CaseVerdict.Reason(error));
        }
    }

    private static CaseVerdict VerifyLayer(string index, string source, string name, string kind, JsonElement json, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var layer = LayerClasses.Find(kind)
            ?? throw new ModelException($"this build knows no layer class '{kind}'.{NearestName.Hint(kind, LayerClasses.All.Select(l => l.Name))}");
        var arguments = new LayerArguments(json);
        var options = new LayerOptions(arguments);
        layer.Read(arguments, options);
        var width = arguments.Integer("d_model", null) ?? arguments.Integer("hidden_size", layer.HiddenSize) ?? layer.HiddenSize;
        arguments.Integer("hidden_size", layer.HiddenSize);
        arguments.RefuseUnread(kind);

        var archive = Safetensors.Read(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(index))!, name + ".safetensors"));
        // A layer without an index is not the first one to FLA: only layer 0 leaves out v_lora.
        var layerIndex = arguments.Integer("layer_idx", null) ?? (archive.Has("v_first") || archive.Has("w.v_lora.lora.0.weight") ? 1 : 0);
        var layerCount = Math.Max(arguments.Integer("num_hidden_layers", null) ?? 1, layerIndex + 1);
        var settings = new MixerSettings(
            width, 1, layerIndex, layerCount, (int)archive.Info("x").Shape.ElementAtOrDefault(1), arguments.Real("norm_eps", 1e-5) ?? 1e-5, options.Options);
        var run = new LayerRun(layer.Mixer, settings, Weights(archive, options.Options), Load(archive, "x"), Golden(archive, "y"), Shared(archive, layerIndex));
        var verdict = Verdict(run, null);
        if (!verdict.Passed && kind == "Mamba2" && (arguments.Integer("n_groups", 1) ?? 1) > 1)
        {
            var interleaved = Verdict(
                run with { Settings = settings with { Options = new Dictionary<string, string>(options.Options, StringComparer.Ordinal) { ["groupOrder"] = "interleaved" } } },
                "head h reads group h mod n_groups, as FLA's parallel form does where mamba_ssm is not installed; mamba_ssm and FLA's own step read consecutive heads of a group");
            return interleaved.Passed ? interleaved : verdict;
        }
        return verdict;

        CaseVerdict Verdict(LayerRun run, string? remark)
        {
            var meter = new ErrorMeter(LayerTolerance(dtype, device));
            if (remark is not null)
            {
                meter.Remark(remark);
            }
            run.Compare(meter, device, dtype);
            return meter.Verdict(new GoldenCase(source, kind, name, GoldenAttributes.None, new Dictionary<string, GoldenTensor>(), new Dictionary<string, GoldenTensor>()));
        }
    }

    private static Tolerance LayerTolerance(ScalarType dtype, Device device)
    {
        var tolerance = Tolerance.For(dtype, device).Or(1e-4, "the expected values were computed in float32 on a GPU, by kernels that sum in another order");
        return dtype is ScalarType.Float64 or ScalarType.Float32
            ? tolerance
            : tolerance.Or(5e-2, "weights and every intermediate activation are rounded, not the inputs alone");
    }

    private static Dictionary<string, Tensor> Weights(TensorArchive archive, IReadOnlyDictionary<string, string> options)
    {
        // A tied map is one module under two names in FLA's files.
        var tied = options.GetValueOrDefault("tieFeatureMap") == "true";
        return archive.Names.Where(name => name.StartsWith(WeightPrefix, StringComparison.Ordinal) && !(tied && name.StartsWith("w.feature_map_k.", StringComparison.Ordinal)))
            .ToDictionary(name => name[WeightPrefix.Length..], name => Load(archive, name), StringComparer.Ordinal);
    }

    private static Dictionary<string, Tensor> Shared(TensorArchive archive, int layerIndex)
    {
        if (archive.Has("v_first"))
        {
            return new() { ["rwkv7.v_first"] = Load(archive, "v_first") };
        }
        return layerIndex != 0 && archive.Has("w.v_lora.lora.0.weight")
            ? throw new ModelException("an RWKV7 layer that is not layer 0 mixes with the values of the first layer: the file needs a tensor 'v_first'.")
            : [];
    }

    private static Tensor Load(TensorArchive archive, string name) => archive.Load(name).to_type(ScalarType.Float64);

    private static GoldenTensor Golden(TensorArchive archive, string name)
    {
        var tensor = Load(archive, name).contiguous();
        return new GoldenTensor(tensor.shape, tensor.data<double>().ToArray());
    }
}
