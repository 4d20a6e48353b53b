namespace LT2.Eval.Tasks.TextTasks.Requests;

/// <summary>One window of a long text. Position −1 is the prefix token, position i token i.</summary>
/// <param name="InputStart">Position of the first input.</param>
/// <param name="InputLength">Number of inputs.</param>
/// <param name="PredictedStart">Position of the first token scored; scores come from the window's last inputs.</param>
/// <param name="PredictedLength">Number of tokens scored.</param>
public sealed record RollingWindow(int InputStart, int InputLength, int PredictedStart, int PredictedLength)
{
    /// <summary>Inputs that only give context: the window without its last <see cref="PredictedLength"/> − 1 inputs.</summary>
    public int ContextLength => InputLength - (PredictedLength - 1);
}
