using LT2.Eval.Tasks.StateTracking;

namespace LT2.Eval.Tasks.Tests.StateTracking;

public sealed class FiniteGroupTests
{
    public static TheoryData<string, int, bool> Groups => new()
    {
        { "s3", 6, false },
        { "a5", 60, false },
        { "s5", 120, false },
        { "z60", 60, true },
        { "a4xz5", 60, false },
    };

    private static FiniteGroup Create(string name) => name switch
    {
        "s3" => FiniteGroup.Symmetric(3),
        "a5" => FiniteGroup.Alternating(5),
        "s5" => FiniteGroup.Symmetric(5),
        "z60" => FiniteGroup.Cyclic(60),
        _ => FiniteGroup.DirectProduct(FiniteGroup.Alternating(4), FiniteGroup.Cyclic(5)),
    };

    [Theory]
    [MemberData(nameof(Groups))]
    public void Tables_are_groups(string name, int order, bool isAbelian)
    {
        FiniteGroup group = Create(name);
        int[] all = [.. Enumerable.Range(0, group.Order)];
        Assert.Equal(order, group.Order);
        Assert.All(all, a => Assert.Equal((a, a), (group.Multiply(a, 0), group.Multiply(0, a))));
        Assert.All(all, a => Assert.Equal(order, all.Select(b => group.Multiply(a, b)).Distinct().Count()));
        foreach (int a in all.Where(a => a % 7 == 1))
        {
            foreach (int b in all)
            {
                foreach (int c in all) Assert.True(group.Multiply(group.Multiply(a, b), c) == group.Multiply(a, group.Multiply(b, c)));
            }
        }

        Assert.Equal(isAbelian, all.All(a => all.All(b => group.Multiply(a, b) == group.Multiply(b, a))));
    }

    /// <summary>The derived series ends at the identity for solvable groups; A5 is its own commutator subgroup, S5 leads to it.</summary>
    [Theory]
    [InlineData("s3", true)]
    [InlineData("z60", true)]
    [InlineData("a4xz5", true)]
    [InlineData("a5", false)]
    [InlineData("s5", false)]
    public void Controls_are_solvable_and_A5_and_S5_are_not(string name, bool isSolvable)
    {
        FiniteGroup group = Create(name);
        HashSet<int> current = [.. Enumerable.Range(0, group.Order)];
        while (true)
        {
            HashSet<int> derived = Close(group, [.. current.SelectMany(a => current.Select(b => Commutator(group, a, b)))]);
            if (derived.Count == current.Count) break;
            current = derived;
        }

        Assert.Equal(isSolvable, current.Count == 1);
    }

    private static int Inverse(FiniteGroup group, int a) => Enumerable.Range(0, group.Order).First(b => group.Multiply(a, b) == 0);

    private static int Commutator(FiniteGroup group, int a, int b) =>
        group.Multiply(group.Multiply(a, b), group.Multiply(Inverse(group, a), Inverse(group, b)));

    private static HashSet<int> Close(FiniteGroup group, HashSet<int> elements)
    {
        for (int before = 0; before != elements.Count;)
        {
            before = elements.Count;
            elements.UnionWith([.. elements.SelectMany(a => elements.Select(b => group.Multiply(a, b)))]);
        }

        return elements;
    }
}
