using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Tasks.TextTasks.FewShot;

/// <summary>
/// Chooses the shots of a task's documents as the reference harness does. A drawing sampler's state runs through the documents, so it
/// must be asked for them in order.
/// </summary>
public sealed class FewShotSampler
{
    /// <summary>The reference's seed.</summary>
    public const uint DefaultSeed = 1234;

    /// <summary>The samplers there are.</summary>
    public static IReadOnlyList<string> Names { get; } = ["default", "first_n"];

    private readonly int poolSize;
    private readonly int shots;
    private readonly bool dropsEvaluated;
    private readonly MersenneTwister? random;

    /// <summary>Prepares the choice.</summary>
    /// <param name="sampler"><c>default</c> draws for each document, <c>first_n</c> takes the first of the pool.</param>
    /// <param name="poolSize">Documents to choose from.</param>
    /// <param name="shots">How many to choose.</param>
    /// <param name="dropsEvaluated">Draw one more and drop the evaluated document (see <see cref="TaskDefinition.DropsEvaluatedDocument"/>).</param>
    /// <param name="seed">Of the draws.</param>
    /// <exception cref="TaskException">The pool is too small, or the sampler unknown.</exception>
    public FewShotSampler(string sampler, int poolSize, int shots, bool dropsEvaluated, uint seed = DefaultSeed)
    {
        var drawn = shots > 0 && sampler == "default" && dropsEvaluated ? shots + 1 : shots;
        if (drawn > poolSize)
        {
            throw new TaskException($"{shots} shots need {drawn} documents to choose from; there are {poolSize}.");
        }

        random = sampler switch
        {
            "default" => new MersenneTwister(seed),
            "first_n" => null,
            _ => throw new TaskException($"There is no few-shot sampler '{sampler}'. {NearestName.Hint(sampler, Names)}"),
        };
        this.poolSize = poolSize;
        this.shots = shots;
        this.dropsEvaluated = dropsEvaluated;
    }

    /// <summary>Indices into the pool of the next document's shots.</summary>
    /// <param name="isEvaluated">Whether a document of the pool is the one being evaluated.</param>
    public IReadOnlyList<int> Next(Func<int, bool> isEvaluated)
    {
        if (shots == 0)
        {
            return [];
        }

        if (random is null)
        {
            return [.. Enumerable.Range(0, shots)];
        }

        return dropsEvaluated
            ? [.. random.Sample(poolSize, shots + 1).Where(index => !isEvaluated(index)).Take(shots)]
            : random.Sample(poolSize, shots);
    }
}
