using System.Text.Json;

namespace LT2.Eval.Benchmarks.SharedPrefix;

/// <summary>What sharing prefixes gains on one task.</summary>
/// <param name="Task">Text task; its shipped documents, repeated.</param>
/// <param name="Shots">Shots in each prompt.</param>
/// <param name="Variant">Model.</param>
/// <param name="Documents">Documents scored.</param>
/// <param name="TokensOneForwardAChoice">Tokens read without sharing.</param>
/// <param name="TokensLeast">Tokens when each document's longest common prefix is read once.</param>
/// <param name="SpeedUpAllowed">Ratio of the two: what the token counts allow.</param>
/// <param name="SpeedUp">Median over pairs of time without over time with sharing.</param>
/// <param name="ShareOfAllowed">Of the allowed speed-up, what is reached.</param>
/// <param name="ProcessorMillisecondsOneForwardAChoice">Median processor time, one thread.</param>
/// <param name="ProcessorMillisecondsShared">Median processor time, one thread.</param>
/// <param name="Pairs">Pairs measured.</param>
/// <param name="Environment">Build, host and libraries.</param>
internal sealed record SharedPrefixFigure(
    string Task, int Shots, string Variant, int Documents, int TokensOneForwardAChoice, int TokensLeast, double SpeedUpAllowed, double SpeedUp, double ShareOfAllowed,
    double ProcessorMillisecondsOneForwardAChoice, double ProcessorMillisecondsShared, int Pairs, IReadOnlyDictionary<string, string> Environment)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    internal string ToJson() => JsonSerializer.Serialize(this, Options);
}
