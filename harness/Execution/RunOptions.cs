namespace LT2.Eval.Harness.Execution;

/// <summary>How a plan is carried out.</summary>
/// <param name="OutputRoot">Folder under which <c>results/runs</c> and <c>reports/site</c> lie.</param>
/// <param name="DeviceName">auto, cpu, cuda or cuda:N.</param>
/// <param name="StartNew">Start a new run though an unfinished one could be continued.</param>
/// <param name="RunId">Continue this run; null for the newest unfinished run of the same plan and build.</param>
/// <param name="WorkerCount">Train and score cells carried out side by side; null for one a core on CPU and one on a GPU. With devices: worker processes on each.</param>
/// <param name="CommandLine">What was typed; recorded.</param>
/// <param name="Devices">Devices of worker processes, as <c>--devices</c> names them; null to carry cells out in this process.</param>
/// <param name="DataFolder">Value of <c>--data</c>, handed to worker processes.</param>
/// <param name="Parts">Names of the plan's parts to carry out now; null for all of them.</param>
public sealed record RunOptions(
    string OutputRoot,
    string DeviceName,
    bool StartNew,
    string? RunId,
    int? WorkerCount,
    string CommandLine,
    string? Devices = null,
    string? DataFolder = null,
    IReadOnlyList<string>? Parts = null);
