using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Tests.Generators;

/// <summary>The examples of the room's README are what the suites generate.</summary>
public sealed class ReadmeExampleTests
{
    private static string[] Lines { get; } = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "tasks-README.md"));

    /// <summary>Three lines each: suite, task and parameters; inputs; labels.</summary>
    public static TheoryData<string, string, string> Examples
    {
        get
        {
            TheoryData<string, string, string> examples = [];
            for (int i = 0; i < Lines.Length; i++)
            {
                if (Lines[i] != "```text") continue;
                for (i++; Lines[i] != "```"; i += 3) examples.Add(Lines[i], Lines[i + 1], Lines[i + 2]);
            }

            return examples;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Examples_are_the_first_test_sample_of_seed_one(string specification, string inputs, string labels)
    {
        string[] words = specification.Split(' ');
        TokenSample sample = SuiteFixture.CreateCase(words[0], words[1], words[2..]).GetSample(SampleSplit.Test, 1, 0);
        Assert.Equal(inputs, string.Join(' ', sample.InputIds));
        Assert.Equal(labels, string.Join(' ', sample.Labels.Select(label => label == TokenSample.NoLabel ? "." : $"{label}")));
    }

    [Fact]
    public void Every_generated_suite_has_a_card() => Assert.All(
        SuiteCatalog.All.OfType<GeneratedSuite>(), suite => Assert.Contains($"### {suite.Id}", Lines));
}
