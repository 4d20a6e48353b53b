using System.Numerics;

namespace LT2.Eval.Tasks.Tests.StateTracking;

/// <summary>A recursive-descent reader over whole integers: it takes the modulus once, at the end, and knows nothing of how expressions are made.</summary>
internal sealed class ExpressionReader(string[] tokens)
{
    private int next;

    public int ValueModulo(int modulus)
    {
        BigInteger value = ReadSum();
        Assert.Equal("=", tokens[next]);
        Assert.Equal(tokens.Length - 1, next);
        return (int)(((value % modulus) + modulus) % modulus);
    }

    private BigInteger ReadSum()
    {
        BigInteger value = ReadProduct();
        while (tokens[next] is "+" or "-") value = tokens[next++] == "+" ? value + ReadProduct() : value - ReadProduct();
        return value;
    }

    private BigInteger ReadProduct()
    {
        BigInteger value = ReadFactor();
        while (tokens[next] == "*")
        {
            next++;
            value *= ReadFactor();
        }

        return value;
    }

    private BigInteger ReadFactor()
    {
        string token = tokens[next++];
        if (token == "-") return -ReadFactor();
        if (token != "(") return BigInteger.Parse(token);
        BigInteger value = ReadSum();
        Assert.Equal(")", tokens[next++]);
        return value;
    }
}
