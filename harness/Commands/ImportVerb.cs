using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Conversion;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 import</c>: a published checkpoint into ours.</summary>
internal sealed class ImportVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var source = new Argument<string>("folder") { Description = "Folder with config.json (Hugging Face) or params.json (LT2) beside its safetensors, single or sharded." };
        var checkpoint = new Option<string>("--checkpoint") { Description = "Folder the checkpoint is written to; must not exist.", Required = true };
        var tokenizer = new Option<string?>("--tokenizer") { Description = "byte, for models trained on bytes (default: the tokenizer file beside the weights)." };
        var json = CommonOptions.Json();
        var command = new Command("import", """
            Turn a published checkpoint into one of ours: Llama-style models and Ouro, models of flash-linear-attention, and LT2's own tensor names.
            Every tensor must find its place; each one that does not is named, and nothing is written. Tensors are streamed, so memory is needed for the largest only.

            Pickled or distributed originals (.bin, .pt, .pth, .distcp) are refused, since opening one can run code. Convert them offline, where you trust them, in Python:
            torch.load(path, weights_only=True) (for a distributed folder torch.distributed.checkpoint.format_utils.dcp_to_torch_save first), clone tensors that share
            storage, and safetensors.torch.save_file(state, "model.safetensors", {"format": "pt"}).

            Example: lt2 import Ouro-1.4B --checkpoint ouro-1.4b
            """) { source, checkpoint, tokenizer, json };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(checkpoint)!;
            CheckpointTarget.Require(folder);

            if (parsed.GetValue(tokenizer) is { } named and not "byte")
            {
                throw new PlanException($"--tokenizer {named}: only 'byte' can be named; a tokenizer file is taken from beside the weights.");
            }

            var metadata = ModelImporter.Import(parsed.GetValue(source)!, folder, parsed.GetValue(tokenizer));
            var definition = metadata.Definition;
            var parameters = ModelShape.ParameterCount(definition);
            environment.Output.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(
                    new
                    {
                        checkpoint = folder, origin = metadata.Origin, parameters, layers = definition.LayerCount, loopCount = definition.LoopCount, vocabulary = definition.VocabularySize,
                        maximumLength = definition.MaximumLength, tokenizer = metadata.Tokenizer, weightsSha256 = metadata.Hashes["weights"],
                    },
                    JsonOutput.Options)
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{metadata.Origin}: {parameters:N0} parameters, {definition.LayerCount} layers, T={definition.LoopCount}, tokenizer {metadata.Tokenizer}. Checkpoint: {folder}"));
            return ExitCodes.Success;
        });
        return command;
    }
}
