namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>What a task asks of a model.</summary>
public enum OutputType
{
    /// <summary>Log-likelihood of each choice.</summary>
    MultipleChoice,

    /// <summary>Log-likelihood of one continuation.</summary>
    LogLikelihood,

    /// <summary>Log-likelihood of a whole text.</summary>
    LogLikelihoodRolling,

    /// <summary>Greedy generation.</summary>
    GenerateUntil,
}
