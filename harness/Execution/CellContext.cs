using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>What a cell runner may use.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Store">Where finished parents are looked up.</param>
/// <param name="CheckpointRoot">Folder that holds a checkpoint folder a train cell.</param>
/// <param name="Device">Where models run.</param>
/// <param name="DeviceName">The device as the user asked for it; children get the same.</param>
/// <param name="ThreadCount">CPU threads; null for every core.</param>
/// <param name="Variants">Known variants.</param>
/// <param name="Suites">Known suites.</param>
/// <param name="Data">Where data sets lie.</param>
/// <param name="Clock">Source of time.</param>
/// <param name="Progress">Receives what a person may want to see.</param>
public sealed record CellContext(
    string RunId,
    ResultStore Store,
    string CheckpointRoot,
    ComputeDevice Device,
    string DeviceName,
    int? ThreadCount,
    VariantCatalogue Variants,
    IReadOnlyList<ISuite> Suites,
    IDataLocator Data,
    TimeProvider Clock,
    IRunProgress Progress)
{
    /// <summary>Throws where another attempt has taken the cell over; called before anything is published. Does nothing in a program that works alone.</summary>
    public Action EnsureStillOwned { get; init; } = static () => { };

    /// <summary>Folder of a train cell's checkpoint.</summary>
    public string CheckpointFolder(string cellId) => Path.Combine(CheckpointRoot, cellId);

    /// <summary>An event of a cell, now.</summary>
    public EventRecord Event(string cellId, string severity, string message) => new(Clock.GetUtcNow(), cellId, severity, message);
}
