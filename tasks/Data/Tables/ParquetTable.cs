using System.Collections;
using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using Parquet;
using Parquet.Serialization;

namespace LT2.Eval.Tasks.Data.Tables;

/// <summary>Reads Parquet rows, nested lists and structures included, into plain values.</summary>
internal static class ParquetTable
{
    /// <summary>All rows.</summary>
    /// <exception cref="TaskException">The file is damaged.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, object?>> Read(string path) =>
        Task.Run(() => ReadAsync(path)).GetAwaiter().GetResult();

    private static async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> ReadAsync(string path)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            var rows = new List<IReadOnlyDictionary<string, object?>>();
            var result = await ParquetSerializer.DeserializeUntypedAsync(stream);
            var names = result.Schema.Fields.Select(field => field.Name).ToList();
            foreach (var row in result.Data)
            {
                var ordered = new OrderedDictionary<string, object?>();
                foreach (var name in names)
                {
                    ordered[name] = row.TryGetValue(name, out var value) ? Plain(value) : null;
                }

                rows.Add(ordered);
            }

            return rows;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or ParquetException or FormatException or OverflowException)
        {
            throw new TaskException($"'{path}' is no undamaged Parquet file: {exception.Message}");
        }
    }

    private static object? Plain(object? value) => value switch
    {
        null or string or bool or double or long => value,
        float number => (double)number,
        ReadOnlyMemory<char> text => text.ToString(),
        ReadOnlyMemory<byte> bytes => System.Text.Encoding.UTF8.GetString(bytes.Span),
        byte[] bytes => System.Text.Encoding.UTF8.GetString(bytes),
        IDictionary map => PlainMap(map.Keys.Cast<object>().Select(key => (key.ToString()!, map[key]))),
        IDictionary<string, object?> map => PlainMap(map.Select(pair => (pair.Key, pair.Value))),
        IEnumerable list => list.Cast<object?>().Select(Plain).ToList(),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        IConvertible number => number.ToInt64(CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static OrderedDictionary<string, object?> PlainMap(IEnumerable<(string Key, object? Value)> entries)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var (key, value) in entries)
        {
            map[key] = Plain(value);
        }

        return map;
    }
}
