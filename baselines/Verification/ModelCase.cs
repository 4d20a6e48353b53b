using System.Text.Json;
using LT2.Eval.Models.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>Cases of whole models, whose index entries name a <c>model_type</c> instead of a layer class.</summary>
internal static class ModelCase
{
    public static CaseVerdict Verify(string index, string source, string name, JsonElement json, Device device, ScalarType dtype)
    {
        var type = json.TryGetProperty("model_type", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : null;
        if (type != OuroCase.ModelType)
        {
            return CaseVerdict.NotRun(source, type ?? "?", name, type is null
                ? "the case names neither a layer class ('cls') nor a 'model_type'."
                : $"this build verifies no models of type '{type}'; it knows {OuroCase.ModelType}.");
        }
        var where = ComputeDevice.Resolve(device.type == DeviceType.CUDA ? FormattableString.Invariant($"cuda:{Math.Max(0, device.index)}") : "cpu");
        return OuroCase.Verify(Path.GetDirectoryName(Path.GetFullPath(index))!, source, name, json, where, dtype);
    }
}
