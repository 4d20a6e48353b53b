namespace LT2.Eval.Tasks.TextTasks.Templates;

internal enum TokenKind
{
    Name,
    Integer,
    Real,
    Text,
    Operator,
    End,
}

/// <summary>A token of an expression.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position);
