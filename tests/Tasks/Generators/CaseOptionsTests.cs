using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Tests.Generators;

public sealed class CaseOptionsTests
{
    [Fact]
    public void Every_problem_is_told_at_once()
    {
        TaskException error = Assert.Throws<TaskException>(() =>
            SuiteFixture.CreateCase("mqar", "mqar", "lenght=32", "pairs=40", "vocabulary=63", "power=2", "randomFiller=yes"));
        Assert.Equal(
            [
                "suite 'mqar', task 'mqar': there is no parameter 'lenght'. Did you mean 'length'?",
                "suite 'mqar', task 'mqar': power is '2'; expected a number from 0.0001 to 1.",
                "suite 'mqar', task 'mqar': randomFiller is 'yes'; expected true or false.",
                "suite 'mqar', task 'mqar': vocabulary is 63; it must be even: half for keys, half for values.",
                "suite 'mqar', task 'mqar': 40 pairs, passes 1, need a length of at least 160; it is 64. Raise length or lower pairs.",
                "suite 'mqar', task 'mqar': a vocabulary of 63 has 30 keys; 40 pairs need as many. Raise vocabulary to 82.",
            ],
            error.Problems);
    }

    [Fact]
    public void A_value_at_fault_is_not_blamed_twice()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("mqar", "mqar", "length=-3"));
        Assert.Equal("suite 'mqar', task 'mqar': length is '-3'; expected a whole number from 4 to 131072.", Assert.Single(error.Problems));
    }

    [Fact]
    public void An_unknown_task_gets_the_nearest_name()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("parity", "partiy"));
        Assert.Contains("Did you mean 'parity'?", error.Message);
    }

    [Fact]
    public void A_wrong_word_gets_the_choices_and_the_nearest()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("parity", "parity", "labels=evry"));
        Assert.Contains("labels is 'evry'; expected one of every, last. Did you mean 'every'?", error.Message);
    }

    [Fact]
    public void A_default_may_follow_another_parameter() =>
        Assert.Equal("24", SuiteFixture.CreateCase("parity", "parity", "length=24").Parameters["minimumLength"]);

    [Fact]
    public void Parameters_that_follow_each_other_in_a_circle_are_refused()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("parity", "parity", "length=minimumLength"));
        Assert.Equal(2, error.Problems.Count);
        Assert.All(error.Problems, problem => Assert.Contains("expected a whole number from 1 to 131072", problem));
    }

    [Theory]
    [InlineData("power=0.010")]
    [InlineData("power=.01")]
    [InlineData("length=+64")]
    [InlineData("randomFiller=True")]
    public void Two_spellings_of_a_value_are_one_case(string spelling) =>
        Assert.Equal(SuiteFixture.CreateCase("mqar", "mqar").Parameters, SuiteFixture.CreateCase("mqar", "mqar", spelling).Parameters);
}
