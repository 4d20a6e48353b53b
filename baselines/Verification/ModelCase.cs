using System.Text.Json;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>Cases of whole models, whose index entries name a <c>model_type</c> instead of a layer class.</summary>
internal static class ModelCase
{
    public static CaseVerdict Verify(string index, string source, string name, JsonElement json, Device device, ScalarType dtype)
    {
        var type = json.TryGetProperty("model_type", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "?";
        return CaseVerdict.NotRun(source, type, name, $"the case names no layer class ('cls'), and this build verifies no models of type '{type}'.");
    }
}
