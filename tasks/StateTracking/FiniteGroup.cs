namespace LT2.Eval.Tasks.StateTracking;

/// <summary>
/// A finite group as a table. Elements are 0 … order − 1 and 0 is the identity. Permutations are listed in lexicographic order of their
/// one-line notation (the images of 0, 1, 2, …); a product p ∘ q applies q first.
/// </summary>
public sealed class FiniteGroup
{
    private readonly int[][] products;

    private FiniteGroup(int[][] products, IReadOnlyList<int> transpositions)
    {
        this.products = products;
        Transpositions = transpositions;
    }

    /// <summary>Number of elements.</summary>
    public int Order => products.Length;

    /// <summary>Elements that swap two points and leave the rest; empty where the group has none.</summary>
    public IReadOnlyList<int> Transpositions { get; }

    /// <summary><paramref name="left"/> ∘ <paramref name="right"/>: the right one acts first.</summary>
    public int Multiply(int left, int right) => products[left][right];

    /// <summary>Addition modulo <paramref name="order"/>.</summary>
    public static FiniteGroup Cyclic(int order) =>
        new([.. Enumerable.Range(0, order).Select(a => Enumerable.Range(0, order).Select(b => (a + b) % order).ToArray())], []);

    /// <summary>All permutations of <paramref name="points"/> points.</summary>
    public static FiniteGroup Symmetric(int points) => FromPermutations(Permutations(points));

    /// <summary>The even permutations of <paramref name="points"/> points.</summary>
    public static FiniteGroup Alternating(int points) => FromPermutations([.. Permutations(points).Where(IsEven)]);

    /// <summary>Pairs; the element (a, b) has the index a · |B| + b.</summary>
    public static FiniteGroup DirectProduct(FiniteGroup first, FiniteGroup second)
    {
        int order = first.Order * second.Order, inner = second.Order;
        int[][] table = [.. Enumerable.Range(0, order).Select(a => Enumerable.Range(0, order).Select(b =>
            first.Multiply(a / inner, b / inner) * inner + second.Multiply(a % inner, b % inner)).ToArray())];
        return new FiniteGroup(table, []);
    }

    private static FiniteGroup FromPermutations(IReadOnlyList<int[]> permutations)
    {
        Dictionary<string, int> indexOf = [];
        foreach (int[] permutation in permutations) indexOf[string.Join(' ', permutation)] = indexOf.Count;
        int[][] table = [.. permutations.Select(left => permutations.Select(right =>
            indexOf[string.Join(' ', right.Select(image => left[image]))]).ToArray())];
        int[] transpositions = [.. Enumerable.Range(0, permutations.Count).Where(index =>
            permutations[index].Where((image, point) => image != point).Count() == 2)];
        return new FiniteGroup(table, transpositions);
    }

    private static List<int[]> Permutations(int points)
    {
        List<int[]> found = [];
        Extend([]);
        return found;

        void Extend(List<int> prefix)
        {
            if (prefix.Count == points) found.Add([.. prefix]);
            foreach (int next in Enumerable.Range(0, points).Where(point => !prefix.Contains(point))) Extend([.. prefix, next]);
        }
    }

    private static bool IsEven(int[] permutation)
    {
        int inversions = 0;
        for (int i = 0; i < permutation.Length; i++)
        {
            for (int j = i + 1; j < permutation.Length; j++) inversions += permutation[i] > permutation[j] ? 1 : 0;
        }

        return inversions % 2 == 0;
    }
}
