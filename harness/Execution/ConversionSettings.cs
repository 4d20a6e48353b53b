using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>What is converted, how, and on which text.</summary>
/// <param name="TeacherFolder">The teacher's checkpoint folder.</param>
/// <param name="Recipe">Layers, stages and budgets.</param>
/// <param name="VariantId">The student's id.</param>
/// <param name="TrainingCase">The case whose training text is read.</param>
/// <param name="DataHash">Hash of that text's data set; null for generated cases.</param>
/// <param name="ValidationSamples">Rows of the validation split scored at the end.</param>
/// <param name="Seed">Seed of what the teacher has no values for, and of the order of the text.</param>
/// <param name="Dtype">Compute dtype of teacher and student.</param>
/// <param name="TeacherCacheFolder">Where the teacher's answers are kept; null asks it every time.</param>
public sealed record ConversionSettings(
    string TeacherFolder,
    ConversionRecipe Recipe,
    string VariantId,
    ICase TrainingCase,
    string? DataHash,
    int ValidationSamples,
    long Seed,
    string Dtype,
    string? TeacherCacheFolder = null);
