using System.Data.Common;

namespace Shop.Storage;

internal static class Commands
{
    /// <summary>A command with named parameters; both databases take @name.</summary>
    public static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        return command;
    }

    public static async Task Execute(this DbConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.Command(sql);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
