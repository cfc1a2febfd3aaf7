// A testee for the conformance kit of the FHIR Peer Sync Protocol, in Kotlin, for JVM and Android.
//
// A testee is your implementation with this small test program around it. The kit writes one JSON
// object on a line, the testee answers with one. All of it is explained in appendix H of the
// specification ("control protocol").
//
// Your way through this file; ask `peersync-conformance doctor` after each step:
//
//   STEP 1, 2 minutes    say who you are: HELLO.
//   STEP 2, 10 minutes   put your own store in place of the one in memory: Store.
//   STEP 3, 15 minutes   run a session of your implementation: connectSession().
//   STEP 4, later        declare more: the other role, then features, one after the other.
//
// What comes after these speaks the control protocol and needs no change.
import java.io.ByteArrayOutputStream
import java.io.InputStream
import java.io.OutputStream
import java.math.BigDecimal
import java.net.Socket
import kotlin.system.exitProcess

// ---- STEP 1: what it is -------------------------------------------------------------------------
// Declare what is true and no more. One role is enough to begin with: "receiver" or "sender".
val ROLES = listOf("receiver")
val FEATURES = listOf<String>() // STEP 4: names out of section H.10 of the specification
val MODES = listOf("FULL", "CURSOR", "LAST_UPDATED")
val STRATEGIES = listOf("theirs", "ours")
val RELEASES = listOf("R4")
val CAPABILITIES = listOf<String>()
val HELLO: Json = mapOf(
    "control" to 1,
    "impl" to mapOf("name" to "My implementation", "version" to "0.1.0", "language" to "Kotlin"),
    "versions" to listOf(1),
    "roles" to ROLES,
    "features" to FEATURES,
    "modes" to MODES,
    "strategies" to STRATEGIES,
    "releases" to RELEASES,
    "secretKinds" to listOf("digits"),
    "capabilities" to CAPABILITIES,
)

// ---- STEP 2: your store -------------------------------------------------------------------------
// `reset` makes an empty store and puts the seed into it, in order; `dump` reads it. Replace the
// map by your own store, and read it here as your sessions read it. Resource texts are exact: what
// comes out is octet for octet what went in.
data class Entry(
    val type: String,
    val id: String,
    val resource: String?, // null: deleted
    val base: Base?, // null: on no server yet
    val baseResource: String?, // the server's content at base, where it differs
    val changes: List<Change>, // oldest first
    val absorbed: List<ChangeId>,
)

data class Base(val versionId: String, val lastUpdated: String)

data class ChangeId(val replica: String, val counter: ULong) // 32 hex digits

data class Change(
    val id: ChangeId,
    val type: String, // INSERT, UPDATE or DELETE
    val payload: String?, // the exact text; null for DELETE
    val baseVersionId: String,
    val recordedAt: String,
)

data class Cursor(
    val replica: String, // the sender that it is of
    val cursor: String, // hex
    val types: List<RequestedType>?, // null: it was asked for every type
)

data class RequestedType(val type: String, val parameters: List<Pair<String, String>>)

data class Archived(
    val reason: String, // displaced, not-taken, deferred or merged
    val peer: String, // whom the other state came from
    val entry: Entry,
)

data class Device(
    val replica: String, // the store's replica id
    val now: String, // what the wall clock says, and goes on saying
    val serverUrl: String, // as a person configured it; empty: no server
    val displayName: String,
)

/**
 * Nothing of an earlier store is left. The URL has to be brought into its canonical form; for one
 * that has none (PSP-SRV-3): throw Refusal("invalid", "…", "serverUrl").
 */
class Store(val device: Device) : AutoCloseable {
    private val entries = LinkedHashMap<Pair<String, String>, Entry>()
    private val cursors = mutableListOf<Cursor>()

    fun put(entry: Entry) {
        entries[entry.type to entry.id] = entry
    }

    fun putCursor(cursor: Cursor) {
        cursors += cursor
    }

    fun entries(): List<Entry> = entries.values.toList()

    fun cursors(): List<Cursor> = cursors.toList()

    /** States that a conflict put aside, oldest first. */
    fun archived(): List<Archived> = listOf()

    /** Called by `quit`. */
    override fun close() {}
}

// ---- STEP 3: your session -----------------------------------------------------------------------
data class Run(
    val role: String, // "sender" or "receiver": your role
    val host: String, // dial this, in either role
    val port: Int,
    val secrets: List<String>, // receiver: typed one after the other, then the user gives up;
    //                            sender: on show; empty: the user does nothing
    val release: String, // FHIR release
    val mode: String, // of a receiver: what to ask for
    val types: List<RequestedType>, // empty: every type
    val strategy: String, // what to do about conflicts
    val capabilities: List<String>, // use these and no others
)

data class Outcome(
    val result: String, // completed, rejected, failed, cancelled, declined or interrupted
    val reason: String? = null, // name of the error code, where there is one
    val detail: String? = null, // anything that helps a person
    val report: List<TypeCounts>? = null, // as soon as it is known what to transfer
)

data class TypeCounts(
    val type: String,
    val transferred: Int,
    val outcomes: Map<String, Int>, // STORED, DUPLICATE, … as in chapter 21
)

/**
 * Runs one session from the connection to its close and says how it ended. A session that ended
 * badly is an Outcome like any other; throw only when there was no connection at all. It waits for
 * no answer of a user: the receiver agrees to every Offer at once. For example:
 *
 *     Socket(run.host, run.port).use { stream ->
 *         val end = runBlocking { mySync.receive(stream, run.secrets.first(), store, run.mode) }
 *         return Outcome("completed", report = listOf(TypeCounts("Patient", 1, mapOf("STORED" to 1))))
 *     }
 */
@Suppress("UNUSED_PARAMETER")
fun connectSession(run: Run, store: Store): Outcome {
    throw NotImplementedError(
        "run is not connected to your implementation yet: see connectSession() in Testee.kt",
    )
}

// ---- The control protocol: nothing to change below ----------------------------------------------
typealias Json = Map<String, Any?>

/** A command that is answered with `"ok":false`; kind is unsupported or invalid. */
class Refusal(val kind: String, message: String, val field: String? = null) : Exception(message)

class Testee {
    private var store: Store? = null

    private fun present() = store ?: throw Refusal("invalid", "reset has to come first")

    private fun carryOut(command: Members): Json = when (val verb = command.text("cmd")) {
        "hello" -> if (command.counter("control") == 1uL) HELLO
        else throw Refusal("unsupported", "control 1 only", "control")
        "reset" -> reset(command)
        "run" -> outcomeForm(connectSession(readRun(command), present()))
        "dump" -> mapOf("store" to dump(present()))
        "quit" -> mapOf<String, Any?>().also { store?.close() }
        else -> throw Refusal("unsupported", "no such command: $verb")
    }

    private fun reset(command: Members): Json {
        System.err.println("case ${command.text("case")}")
        val (url, name) = listOf("serverUrl", "displayName").map { command.optional(it) ?: "" }
        val next = Store(Device(command.text("replica"), command.text("now"), url, name))
        val seed = command.child("seed")
        seed.list("entries").forEach { next.put(readEntry(it)) }
        seed.list("cursors").forEach { next.putCursor(readCursor(it)) }
        store = next
        return mapOf()
    }

    private fun dump(store: Store): Json = mapOf(
        "replica" to store.device.replica,
        "entries" to store.entries().sortedWith(compareBy({ it.type }, { it.id })).map(::entryForm),
        "cursors" to store.cursors().sortedWith(compareBy({ it.replica }, { it.cursor })).map {
            mapOf("replica" to it.replica, "cursor" to it.cursor, "types" to it.types?.map(::typeForm))
        },
        "archive" to store.archived().map {
            mapOf("reason" to it.reason, "peer" to it.peer, "entry" to entryForm(it.entry))
        },
    )

    /** What a command is answered with; whatever breaks in a session must not end the testee. */
    private fun answer(command: Members): Json {
        val id = command.values["id"]
        val error = try {
            return mapOf("id" to id, "ok" to true) + carryOut(command)
        } catch (refusal: Refusal) {
            mapOf("kind" to refusal.kind, "message" to refusal.message, "field" to refusal.field)
        } catch (fault: Throwable) {
            val message = fault.message.orEmpty().ifBlank { fault.toString() }
            mapOf("kind" to "failed", "message" to message.take(4_096))
        }
        return mapOf("id" to id, "ok" to false, "error" to error)
    }

    fun serve(input: InputStream, output: OutputStream) {
        val line = ByteArrayOutputStream()
        while (true) {
            val octet = input.read()
            if (octet < 0) return // the input has ended, and so does the testee
            if (octet != '\n'.code) { // only a line feed ends a line; readLine() would cut at more
                line.write(octet)
                continue
            }
            val text = line.toByteArray().decodeToString()
            line.reset()
            val command = JsonReader.read(text) as? Map<*, *>
            if (command == null || "id" !in command || "cmd" !in command) {
                System.err.println("not a command: $text")
                continue
            }
            val reply = StringBuilder()
            writeJson(answer(Members(command, "")), reply)
            output.write(reply.append('\n').toString().encodeToByteArray())
            output.flush()
            if (command["cmd"] == "quit") return
        }
    }
}

private fun outcomeForm(end: Outcome): Json = mapOf(
    "result" to end.result,
    "reason" to end.reason,
    "detail" to end.detail,
    "report" to end.report?.let { report ->
        mapOf("types" to report.sortedBy { it.type }.map {
            mapOf("type" to it.type, "transferred" to it.transferred, "outcomes" to it.outcomes)
        })
    },
)

private fun entryForm(entry: Entry): Json = mapOf(
    "type" to entry.type,
    "id" to entry.id,
    "resource" to entry.resource,
    "base" to entry.base?.let { mapOf("versionId" to it.versionId, "lastUpdated" to it.lastUpdated) },
    "baseResource" to entry.baseResource,
    "changes" to entry.changes.map {
        val form = mapOf("type" to it.type, "payload" to it.payload)
        form + idForm(it.id) + mapOf("baseVersionId" to it.baseVersionId, "recordedAt" to it.recordedAt)
    },
    "absorbed" to entry.absorbed.sortedWith(compareBy({ it.replica }, { it.counter })).map(::idForm),
)

// Above 2^53 - 1 a JSON number is not safe in every language, so it travels as text.
private fun idForm(id: ChangeId): Json =
    mapOf("replica" to id.replica, "counter" to if (id.counter shr 53 == 0uL) id.counter else "${id.counter}")

private fun typeForm(type: RequestedType): Json = mapOf(
    "type" to type.type,
    "parameters" to type.parameters.map { (name, value) -> mapOf("name" to name, "value" to value) },
)

private fun readEntry(item: Members) = Entry(
    item.text("type"),
    item.text("id"),
    item.optional("resource"),
    if (item.has("base")) item.child("base").let { Base(it.text("versionId"), it.optional("lastUpdated") ?: "") } else null,
    item.optional("baseResource"),
    item.list("changes").map {
        val (base, at) = listOf("baseVersionId", "recordedAt").map { name -> it.optional(name) ?: "" }
        Change(readId(it), it.text("type"), it.optional("payload"), base, at)
    },
    item.list("absorbed").map(::readId),
)

private fun readId(item: Members) = ChangeId(item.text("replica"), item.counter("counter"))

private fun readTypes(holder: Members) = holder.list("types").map { item ->
    RequestedType(item.text("type"), item.list("parameters").map { it.text("name") to it.text("value") })
}

private fun readCursor(item: Members) =
    Cursor(item.text("replica"), item.text("cursor"), if (item.has("types")) readTypes(item) else null)

private fun readRun(command: Members): Run {
    val role = command.word("role", ROLES)
    for (name in listOf("listen", "inline", "clock")) {
        if (command.has(name)) throw Refusal("unsupported", name, name)
    }
    val params = command.child("params")
    val ofReceiver = if (role == "receiver") listOf("mode", "types", "strategy") else listOf()
    for (name in params.values.keys.map { it.toString() }.filter(params::has)) {
        // Never ignore one: a case would fail in a way that nobody understands.
        if (name !in ofReceiver + "release" + "capabilities") throw Refusal("unsupported", name, "params.$name")
    }
    val capabilities = if (params.has("capabilities")) params.texts("capabilities") else CAPABILITIES
    if (!CAPABILITIES.containsAll(capabilities)) throw Refusal("unsupported", "$capabilities", "params.capabilities")
    val dial = command.child("dial")
    return Run(
        role, dial.text("host"), dial.counter("port").toInt(), command.texts("secret"),
        params.word("release", RELEASES, "R4"), params.word("mode", MODES, "CURSOR"),
        readTypes(params), params.word("strategy", STRATEGIES, "theirs"), capabilities,
    )
}

/** The members of an object of a command; null means the same as absent. */
private class Members(val values: Map<*, *>, private val path: String) {
    private fun at(name: String) = if (path.isEmpty()) name else "$path.$name"

    private fun wrong(name: String, what: String) = Refusal("invalid", "${at(name)} has to be $what", at(name))

    fun has(name: String) = values[name] != null

    fun text(name: String) = values[name] as? String ?: throw wrong(name, "a string")

    fun optional(name: String) = if (has(name)) text(name) else null

    fun counter(name: String) = values[name].toString().toULongOrNull() ?: throw wrong(name, "a whole number")

    fun child(name: String) = Members(values[name] as? Map<*, *> ?: throw wrong(name, "an object"), at(name))

    fun list(name: String) = (values[name] ?: listOf<Any>()).let { it as? List<*> ?: throw wrong(name, "a list") }
        .mapIndexed { index, item ->
            Members(item as? Map<*, *> ?: throw wrong("$name[$index]", "an object"), at("$name[$index]"))
        }

    /** A list of strings, or one. */
    fun texts(name: String) =
        (values[name] as? List<*>)?.map { it.toString() } ?: listOfNotNull(optional(name))

    fun word(name: String, words: List<String>, otherwise: String? = null): String {
        if (!has(name) && otherwise != null) return otherwise
        return text(name).also { if (it !in words) throw Refusal("unsupported", "$name $it", at(name)) }
    }
}

/** JSON as maps, lists, strings, exact numbers, booleans and null. */
private class JsonReader(private val text: String) {
    private var at = 0

    private fun value(): Any? {
        space()
        val value = when (text[at]) {
            '{' -> buildMap { many('{', '}') { string().also { need(':') }.let { put(it, value()) } } }
            '[' -> buildList { many('[', ']') { add(value()) } }
            '"' -> string()
            else -> when (val word = text.drop(at, ",]} \t\r\n")) {
                "true", "false" -> word == "true"
                "null" -> null
                else -> BigDecimal(word) // exact, and no text that is no number
            }
        }
        space()
        return value
    }

    private fun String.drop(from: Int, ends: String): String {
        while (at < length && this[at] !in ends) at++
        return substring(from, at)
    }

    private fun space() {
        while (at < text.length && text[at] in " \t\r\n") at++
    }

    private fun need(awaited: Char) {
        space()
        require(text[at++] == awaited)
        space()
    }

    private fun many(begin: Char, end: Char, one: () -> Unit) {
        need(begin)
        if (text[at] != end) {
            one()
            while (text[at] == ',') need(',').also { one() }
        }
        require(text[at++] == end)
    }

    private fun string(): String = buildString {
        require(text[at++] == '"')
        while (text[at] != '"') {
            val char = text[at++]
            require(char >= ' ')
            append(if (char == '\\') escaped(text[at++]) else char)
        }
        at++
    }

    private fun escaped(char: Char): Char {
        if (char != 'u') return "\"\\/\b\u000c\n\r\t"["\"\\/bfnrt".indexOf(char)]
        at += 4
        return text.substring(at - 4, at).toInt(16).toChar()
    }

    companion object {
        /** Null for what is no JSON. */
        fun read(text: String): Any? = try {
            JsonReader(text).run { value().takeIf { at == text.length } }
        } catch (_: IllegalArgumentException) {
            null
        } catch (_: IndexOutOfBoundsException) {
            null
        }
    }
}

/** In ASCII, so that no character set can spoil a line. */
private fun writeJson(value: Any?, into: StringBuilder) {
    fun each(items: Iterable<*>, begin: Char, end: Char, write: (Any?) -> Unit) {
        into.append(begin)
        items.forEachIndexed { index, item -> if (index > 0) into.append(','); write(item) }
        into.append(end)
    }
    when (value) {
        is String -> {
            into.append('"')
            for (char in value) when (char) {
                '"', '\\' -> into.append('\\').append(char)
                in ' '..'~' -> into.append(char)
                else -> into.append("\\u").append(char.code.toString(16).padStart(4, '0'))
            }
            into.append('"')
        }
        is Map<*, *> -> each(value.entries, '{', '}') {
            val (name, member) = it as Map.Entry<*, *>
            writeJson(name, into)
            writeJson(member, into.append(':'))
        }
        is List<*> -> each(value, '[', ']') { writeJson(it, into) }
        else -> into.append(value)
    }
}

/** Standard input and output, or `--connect HOST:PORT` where the kit can't start a program. */
fun main(arguments: Array<String>) {
    val output = System.out
    System.setOut(System.err) // what a library prints must not run into an answer
    if (arguments.firstOrNull() == "--connect") {
        val (host, port) = arguments[1].run { substringBeforeLast(':') to substringAfterLast(':').toInt() }
        Socket(host, port).use { Testee().serve(it.getInputStream().buffered(), it.getOutputStream()) }
    } else {
        Testee().serve(System.`in`.buffered(), output)
    }
    exitProcess(0) // also where a session left a thread behind
}
