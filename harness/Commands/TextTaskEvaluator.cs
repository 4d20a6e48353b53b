using System.Text.Json;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Execution.TextEvaluation;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Requests;
using LT2.Eval.Tasks.TextTasks.Scoring;
using LT2.Eval.Tasks.Tokenization;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary>Scores a checkpoint, or the hash model, on a text task or a group of them.</summary>
internal sealed class TextTaskEvaluator(CommandEnvironment environment, EvalSettings settings)
{
    private readonly List<string> examples = []; // tasks scored on the documents that come with them

    public int Run(TextTaskChoice choice)
    {
        var group = choice.Catalogue.FindGroup(choice.TaskId);
        if (group is not null && choice.DocsPath is not null)
        {
            throw new PlanException($"--docs holds the documents of one task, and '{choice.TaskId}' is a group of {group.Tasks.Count}. Name one of them, or a folder of data sets with --data.");
        }

        var tasks = group is null ? [choice.Adapt(choice.Catalogue.Get(choice.TaskId))] : group.Tasks.Select(task => choice.Adapt(choice.Catalogue.Get(task))).ToList();
        var data = DataFolder.Resolve(settings.Data);
        var inputs = tasks.Select(task => Read(task, choice, data)).ToList();
        var groups = choice.Catalogue.Groups.Where(candidate => group is not null && candidate.Tasks.All(group.Tasks.Contains)).ToList();
        using var interrupt = new Interrupt(environment.Error);
        return settings.Checkpoint is { } folder
            ? ScoreCheckpoint(folder, inputs, groups, choice.Shots, interrupt.Token)
            : ScoreHash(inputs, groups, choice.Shots, interrupt.Token);
    }

    private TextTaskInput Read(TaskDefinition task, TextTaskChoice choice, DataFolder data)
    {
        if (choice.DocsPath is { } docs)
        {
            return TextTaskInput.FromFiles(task, docs, choice.FewShotDocsPath, settings.Samples);
        }

        if (choice.UsesExamples)
        {
            examples.Add(task.Name);
            return TextTaskInput.FromExamples(task, settings.Samples);
        }

        // The hash model's scores mean nothing, so it shows the task at work on any documents; a checkpoint's scores must be those of the data set.
        if (settings.Checkpoint is null && settings.Data is null && task.Examples is not null && !data.IsPresent(task.DatasetPath))
        {
            if (examples.Count == 0)
            {
                environment.Error.WriteLine($"The data set '{task.DatasetPath}' is not in '{data.Path}': the example documents that come with the program are taken.");
            }

            examples.Add(task.Name);
            return TextTaskInput.FromExamples(task, settings.Samples);
        }

        try
        {
            return TextTaskInput.FromDataset(task, data, choice.Shots, choice.FewShotDocsPath, settings.Samples);
        }
        catch (TaskException exception) when (task.Examples is not null)
        {
            throw new TaskException([.. exception.Problems, $"To try the task '{task.Name}' on the few documents that come with it, add --examples; --docs FILE takes documents of your own."]);
        }
    }

    private int ScoreHash(List<TextTaskInput> inputs, List<TaskGroup> groups, int shots, CancellationToken cancellation)
    {
        var run = HarnessRunInfo.ForHashScorer(BuildIdentity.Current.Commit);
        run = run with { BootstrapIterations = settings.BootstrapIterations ?? run.BootstrapIterations, Limit = settings.Samples };
        var scorer = new HashScorer();
        return Report([(null, run, [.. inputs.SelectMany(input => TextTaskRun.Evaluate(input, shots, requests => [scorer.Score(requests, cancellation)], cancellation))])], groups);
    }

    private int ScoreCheckpoint(string folder, List<TextTaskInput> inputs, List<TaskGroup> groups, int shots, CancellationToken cancellation)
    {
        var metadata = CheckpointFolder.ReadMetadata(folder);
        var tokenizer = CheckpointTokenizer.Open(folder, metadata, DataFolder.Resolve(settings.Data));
        var counts = settings.LoopCounts.Count > 0 ? settings.LoopCounts : [metadata.TrainedLoopCount];
        var compute = ComputeDevice.Resolve(settings.Device);
        using var model = CheckpointFolder.Load(folder, compute, Dtypes.Use(settings.Dtype, compute));
        var scorer = new TokenScorer(model, compute, tokenizer, metadata.MaximumLength, settings.BatchSize);
        var started = environment.Clock.GetTimestamp();
        var evaluated = inputs.Select(input => TextTaskRun.Evaluate(
            input, shots, requests => scorer.Score(requests, counts, (_, _) => { }, cancellation), cancellation)).ToList();
        var seconds = environment.Clock.GetElapsedTime(started).TotalSeconds;
        return Report(
            [.. counts.Select((count, index) => ((int?)count, Describe(folder, metadata, tokenizer, count, compute, seconds), (IReadOnlyList<EvaluatedTask>)[.. evaluated.Select(task => task[index])]))],
            groups);
    }

    private HarnessRunInfo Describe(string folder, CheckpointMetadata metadata, ITokenizer tokenizer, int loopCount, ComputeDevice device, double seconds)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return new HarnessRunInfo(
            "lt2",
            new OrderedDictionary<string, object?>
            {
                ["pretrained"] = name, ["variant"] = metadata.Definition.VariantId, ["loops"] = (long)loopCount, ["trained_loops"] = (long)metadata.TrainedLoopCount,
                ["dtype"] = settings.Dtype, ["weights_sha256"] = metadata.Hashes.GetValueOrDefault("weights"),
            },
            $"{name}-loops{loopCount}",
            BuildIdentity.Current.Commit,
            settings.BootstrapIterations ?? Rescorer.DefaultBootstrapIterations,
            settings.BatchSize,
            device.Name,
            settings.Samples,
            new OrderedDictionary<string, object?>
            {
                ["eot_token_id"] = tokenizer.EndOfTextId is { } end ? (long)end : null, ["max_length"] = (long)metadata.MaximumLength,
            },
            seconds);
    }

    private int Report(IReadOnlyList<(int? LoopCount, HarnessRunInfo Run, IReadOnlyList<EvaluatedTask> Tasks)> readouts, IReadOnlyList<TaskGroup> groups)
    {
        var rows = readouts.SelectMany(readout => readout.Tasks.SelectMany(task => TextTaskMetric.Of(task, readout.Run.BootstrapIterations))
            .Concat(groups.SelectMany(group => TextTaskMetric.Of(group, readout.Tasks)))
            .Select(metric => (readout.LoopCount, Metric: metric))).ToList();
        var files = settings.HarnessLayoutFolder is { } folder
            ? readouts.SelectMany(readout => HarnessLayoutWriter.Write(folder, readout.Tasks, groups, readout.Run, environment.Clock)).ToList()
            : [];
        if (settings.Json)
        {
            environment.Output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    checkpoint = settings.Checkpoint,
                    metrics = rows.Select(row => new
                    {
                        testedLoopCount = row.LoopCount, task = row.Metric.Task, metric = row.Metric.Metric, value = row.Metric.Value, standardError = row.Metric.StandardError,
                        minimumDetectableEffect = DetectableEffect.Of(row.Metric.StandardError), documents = row.Metric.Documents, chance = row.Metric.Chance,
                    }),
                    examples,
                    files,
                },
                JsonOutput.Options));
            return ExitCodes.Success;
        }

        var table = new Table().Border(TableBorder.Minimal).AddColumns("T'", "task", "metric", "value", "standard error", "minimum detectable effect", "documents", "chance");
        foreach (var (count, metric) in rows)
        {
            table.AddRow(
                count is { } loops ? HumanNumber.Whole(loops) : "–", Markup.Escape(metric.Task), Markup.Escape(metric.Metric), HumanNumber.Significant(metric.Value),
                HumanNumber.Significant(metric.StandardError), HumanNumber.Significant(DetectableEffect.Of(metric.StandardError)), HumanNumber.Whole(metric.Documents), HumanNumber.Significant(metric.Chance));
        }

        environment.Tables().Write(table);
        environment.Output.WriteLine(DetectableEffect.Explanation);
        if (examples.Count > 0)
        {
            environment.Output.WriteLine($"Scored on the few example documents that come with the program, not on the data set: {string.Join(", ", examples)}.");
        }

        foreach (var file in files)
        {
            environment.Output.WriteLine(file);
        }

        return ExitCodes.Success;
    }
}
