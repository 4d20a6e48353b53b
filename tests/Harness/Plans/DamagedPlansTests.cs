using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Tasks;

namespace LT2.Eval.Harness.Tests.Plans;

public sealed class DamagedPlansTests
{
    private const int DamagesEach = 150;
    private const string Intruders = "[]{}:'\"-*&#\t\n0~,|>!%@ x";

    [Theory]
    [InlineData("quick")]
    [InlineData("curriculum")]
    [InlineData("convert-tiny")]
    public void A_damaged_plan_is_read_or_has_problems_but_never_throws(string name)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "plans", name + ".yaml"));
        var planner = new Planner(VariantCatalogue.Load(), SuiteCatalog.All, _ => null);
        const int seed = 20260520;
        var random = new Random(seed);
        for (var attempt = 0; attempt < DamagesEach; attempt++)
        {
            var damaged = Damage(text, random);
            var problems = new List<string>();
            var failure = Record.Exception(() =>
            {
                if (PlanReader.Read($"{name}.yaml", damaged, problems) is { } plan)
                {
                    planner.Expand(plan, problems);
                }
            });
            Assert.True(failure is null, $"seed {seed}, damage {attempt}: {failure}\n{damaged}");
            Assert.All(problems, problem => Assert.False(string.IsNullOrWhiteSpace(problem)));
        }
    }

    private static string Damage(string text, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(text.Length - 8);
            text = random.Next(3) switch
            {
                0 => text.Remove(at, random.Next(1, 7)),
                1 => text.Insert(at, Intruders[random.Next(Intruders.Length)].ToString()),
                _ => text.Insert(at, text.Substring(random.Next(text.Length - 40), random.Next(1, 40))),
            };
        }

        return text;
    }
}
