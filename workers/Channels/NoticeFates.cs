using Dvt.Contracts;
using Npgsql;
using static Dvt.Pipeline.Sql;

namespace Dvt.Workers.Channels;

/// <summary>
/// A notice by WhatsApp is a message of a conversation, found by its fact, and shares its fate: delivered, read, failed or unknown. A fate
/// only grows, and one that is told before the notice is recorded as taken waits in its row.
/// </summary>
static class NoticeFates
{
    /// <summary>SQL: the status of a notice that is told to be <paramref name="status"/>; what is known of its message stands once it is taken.</summary>
    public static string Status(string status) =>
        $"case when {status} = 'accepted' and fate in ('delivered', 'read', 'failed', 'unknown') then fate else {status} end";

    /// <summary>SQL: its code.</summary>
    public static string Code(string status, string code) => $"case when {status} = 'accepted' and fate = 'failed' then fate_code::text else {code} end";

    static readonly string[] Ranked = [.. SendingStatus.All.OrderBy(SendingStatus.Rank)];

    /// <param name="messageId">Whose state has changed; or null and its <paramref name="factId"/>.</param>
    public static void AddTo(NpgsqlBatch batch, Guid tenantId, Guid conversationId, string? messageId, string? factId) => batch.BatchCommands.Add(Command(
        """
        update messages.notice n
        set fate = m.status,
            fate_code = m.code,
            status = case
              when n.status in ('owed', 'sending', 'skipped') then n.status
              when m.status = 'sent' then 'accepted'
              else m.status
            end,
            code = case
              when n.status in ('owed', 'sending', 'skipped') then n.code
              when m.status = 'failed' then m.code::text
            end,
            detail = case when n.status in ('owed', 'sending', 'skipped') then n.detail end,
            changed_at = clock_timestamp()
        from channels.message m
        where m.tenant_id = $1
          and m.conversation_id = $2
          and (m.message_id = $3 or m.fact_id = $4)
          and m.status in ('unknown', 'sent', 'delivered', 'read', 'failed')
          and n.tenant_id = m.tenant_id
          and n.fact = m.fact_id
          and n.channel = 'whatsapp'
          and coalesce(array_position($5, n.fate), 0) < array_position($5, m.status)
        """, tenantId, conversationId, Text(messageId), Text(factId), Ranked));
}
