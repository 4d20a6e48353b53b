using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Commands;

/// <summary>The folder that <c>--checkpoint</c> names for a new checkpoint.</summary>
internal static class CheckpointTarget
{
    /// <summary>Makes sure, before hours of work, that the checkpoint can be written there.</summary>
    /// <exception cref="PlanException">There is something already, or the place cannot be written.</exception>
    public static void Require(string folder)
    {
        if (folder.Length == 0)
        {
            throw new PlanException("--checkpoint: name a folder.");
        }

        if (Path.Exists(folder))
        {
            throw new PlanException($"{(Directory.Exists(folder) ? "The folder" : "The file")} '{folder}' exists already; nothing is overwritten. Name another with --checkpoint.");
        }

        try
        {
            using var trial = new CheckpointPublication(folder);
            Directory.CreateDirectory(trial.Folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PlanException($"--checkpoint: the folder '{folder}' cannot be written: {error.Message}");
        }
    }
}
