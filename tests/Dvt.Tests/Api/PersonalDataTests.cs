using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dvt.Pipeline;
using Dvt.Tests.Support;
using Xunit;

namespace Dvt.Tests.Api;

public sealed class PersonalDataTests
{
    [ServersFact]
    public async Task Who_a_user_is_stands_in_the_log_under_a_key_of_the_person_and_is_gone_with_it()
    {
        await using var rig = await ApiOnPostgres.StartAsync();
        var made = await rig.PostAsync("/v1/users", new { email = "rosa@demo.example", name = "Rosa", roles = new[] { "viewer" } }, ApiOnPostgres.Admin);
        var userId = made.Body.GetProperty("userId").GetGuid();
        var tenantId = await rig.ReadAsync<Guid>("select tenant_id from identity.tenant where slug = 'demo'");
        var data = await rig.ReadAsync<string>("select data::text from log.events where stream = $1 and type = 'UserCreated'", $"user-{userId}");
        Assert.DoesNotContain("rosa", data, StringComparison.OrdinalIgnoreCase);
        var email = JsonElement.Parse(data).GetProperty("email");
        await using var connection = await rig.Database.OpenConnectionAsync();
        var codec = new PersonalDataCodec(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"));
        async Task<string?> ReadAsync(PersonalDataCodec with) => (await with.DecodeAsync(email, tenantId, userId.ToString(), connection, CancellationToken.None))?.GetValue<string>();
        Assert.Equal("rosa@demo.example", await ReadAsync(codec));
        await Assert.ThrowsAnyAsync<CryptographicException>(() => ReadAsync(new PersonalDataCodec(new byte[32])));
        await ApiOnPostgres.ExecuteAsync(rig.Database, $"delete from pipeline.person_key where person_id = '{userId}'");
        Assert.Null(await ReadAsync(codec));
        // The same person comes back under the same id.
        await codec.EncodeAsync(new Dvt.Contracts.MessageSent(userId, new("to", "subject", "text")), tenantId, connection, transaction: null, CancellationToken.None);
        Assert.Null(await ReadAsync(codec));
    }
}
