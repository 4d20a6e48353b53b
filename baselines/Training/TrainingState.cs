using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training;

/// <summary>Everything training needs to go on as if it had never stopped: parameters, both moments, step, recorded points. One safetensors file.</summary>
internal sealed class TrainingState(string subject, ScalarType elementType, AdamW optimiser, TrainingRecipe recipe, long seed)
{
    internal TrainingState(LoopedModel model, AdamW optimiser, TrainingRecipe recipe, long seed) : this(model.Definition.ToCanonicalJson(), model.ElementType, optimiser, recipe, seed) { }

    internal static bool Exists(string folder) => File.Exists(PathIn(folder));

    internal void Save(string folder, int step, long tokens, IReadOnlyList<TrainingPoint> points) => Safetensors.Write(
        PathIn(folder), [("parameters", optimiser.Master), ("first_moment", optimiser.FirstMoment), ("second_moment", optimiser.SecondMoment)],
        new Dictionary<string, string>
        {
            ["step"] = step.ToString(CultureInfo.InvariantCulture), ["tokens"] = tokens.ToString(CultureInfo.InvariantCulture),
            ["identity"] = Identity(), ["points"] = JsonSerializer.Serialize(points),
        });

    internal (int Step, long Tokens, List<TrainingPoint> Points) Load(string folder)
    {
        var path = PathIn(folder);
        var archive = Safetensors.Read(path);
        if (archive.Metadata.GetValueOrDefault("identity") != Identity())
            throw new ModelException($"{path}: this training state belongs to another model, recipe, seed or version of the training code. Give another folder, or delete it to start again.");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, target) in ((string, Tensor)[])[("parameters", optimiser.Master), ("first_moment", optimiser.FirstMoment), ("second_moment", optimiser.SecondMoment)])
            target.copy_(archive.Load(name));
        optimiser.Publish();
        return (int.Parse(archive.Metadata["step"], CultureInfo.InvariantCulture), long.Parse(archive.Metadata["tokens"], CultureInfo.InvariantCulture),
            JsonSerializer.Deserialize<List<TrainingPoint>>(archive.Metadata["points"])!);
    }

    string Identity()
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{subject}\n{CanonicalJson.Write(DefinitionJson.Write(recipe))}\n{elementType}\n{seed}\n{TrainingCode.Version}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    static string PathIn(string folder) => Path.Combine(folder, "training-state.safetensors");
}
