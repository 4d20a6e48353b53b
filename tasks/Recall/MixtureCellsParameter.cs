using System.Globalization;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>A list of <c>length:pairs:weight</c>, separated by commas; read as a list of <see cref="MixtureCell"/>.</summary>
internal sealed record MixtureCellsParameter(string Name, string DefaultText) : ParameterDefinition(Name, DefaultText)
{
    public override bool TryRead(string text, out object value, out string canonical, out string problem)
    {
        List<MixtureCell> cells = [];
        bool fine = true;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            List<int> numbers = [];
            foreach (string number in part.Split(':', StringSplitOptions.TrimEntries))
            {
                fine &= int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int read) && read is >= 1 and <= 131_072;
                numbers.Add(read);
            }

            fine &= numbers.Count == 3;
            if (numbers.Count == 3) cells.Add(new MixtureCell(numbers[0], numbers[1], numbers[2]));
        }

        value = cells;
        canonical = string.Join(',', cells.Select(cell => string.Create(CultureInfo.InvariantCulture, $"{cell.Length}:{cell.Pairs}:{cell.Weight}")));
        problem = "expected length:pairs:weight, separated by commas, such as 64:4:5,128:8:1, each number from 1 to 131072";
        return fine;
    }
}

/// <summary>One kind of sequence in a mixture.</summary>
internal sealed record MixtureCell(int Length, int Pairs, int Weight);
