#include "storage/postgres/target.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "oofgg/parse.h"

namespace oofgg::storage {
namespace {

constexpr int kOldestServer = 140000;  // client_connection_check_interval came with 14.

Status BadUrl(std::string_view problem) {
  return MakeStatus(StatusCode::kInvalidArgument,
                    std::string(problem) +
                        "; write postgresql://USER@HOST:PORT/DATABASE, with what is special "
                        "in a name or password percent-encoded (@ as %40)");
}

// libpq prints notices, such as that a table exists already, to stderr unless told otherwise.
void DropNotice(void*, const char*) {}

/// A list such as `a,b,c` from its `first` entry on: `b,c,a`.
std::string Rotated(const std::string& list, std::size_t first) {
  const auto entries = static_cast<std::size_t>(std::count(list.begin(), list.end(), ',')) + 1;
  std::size_t start = 0;
  for (std::size_t i = 0; i < first % entries; ++i) start = list.find(',', start) + 1;
  return start == 0 ? list : list.substr(start) + "," + list.substr(0, start - 1);
}

/// Settings as libpq wants them: two arrays that end in null.
struct Columns {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
};

template <typename Settings>
Columns ColumnsOf(const Settings& settings) {
  Columns columns;
  for (const auto& setting : settings) {
    columns.keywords.push_back(setting.keyword.c_str());
    columns.values.push_back(setting.value.c_str());
  }
  columns.keywords.push_back(nullptr);
  columns.values.push_back(nullptr);
  return columns;
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

void PgClose::operator()(pg_conn* connection) const { PQfinish(connection); }

StatusOr<PgTarget> PgTarget::Parse(const std::string& url, std::chrono::milliseconds statement_timeout,
                                   std::chrono::seconds connect_timeout) {
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
    return BadUrl("the URL does not begin with postgresql://");
  }
  // What libpq says of a fault quotes the URL, password included, so it is thrown away.
  const std::unique_ptr<PQconninfoOption, FreeOptions> parsed(PQconninfoParse(url.c_str(), nullptr));
  if (parsed == nullptr)
    return BadUrl("the postgresql:// URL is malformed, or has a parameter that libpq does not know");

  PgTarget target;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) target.settings_.push_back({option->keyword, option->val});
  }
  // An @ left in the password would make its end a part of the host, which messages name.
  const std::string* host = target.Find("host");
  if (host != nullptr && host->find('@') != std::string::npos) {
    return BadUrl("the host of the postgresql:// URL has an @ in it");
  }
  target.SetDefault("fallback_application_name", "oofgg");
  target.SetDefault("target_session_attrs", "read-write");
  target.SetDefault("connect_timeout", std::to_string(connect_timeout.count()));
  target.SetDefault("client_encoding", "UTF8");
  // Ours go first, so that the user's win. A statement whose connection is gone ends within a second.
  const char* environment = std::getenv("PGOPTIONS");
  target.SetDefault("options", environment != nullptr ? environment : "");
  for (Setting& setting : target.settings_) {
    if (setting.keyword != "options") continue;
    setting.value = "-c statement_timeout=" + std::to_string(statement_timeout.count()) +
                    " -c client_connection_check_interval=1000 " + setting.value;
  }
  return target;
}

bool PgTarget::MayBePlaintext() const {
  const std::string* mode = Find("sslmode");
  if (mode != nullptr && (*mode == "require" || mode->starts_with("verify-"))) return false;
  const std::string* hosts = Find("hostaddr");
  if (hosts == nullptr || hosts->empty()) hosts = Find("host");
  if (hosts == nullptr) return false;
  for (std::size_t begin = 0; begin <= hosts->size();) {
    const std::size_t end = std::min(hosts->find(',', begin), hosts->size());
    const std::string host = hosts->substr(begin, end - begin);
    // None, a folder and an abstract name are Unix sockets.
    const bool is_local = host.empty() || host[0] == '/' || host[0] == '@' || IsLoopback(host);
    if (!is_local) return true;
    begin = end + 1;
  }
  return false;
}

StatusOr<PgHandle> PgTarget::Connect() const {
  const Columns columns = ColumnsOf(settings_);
  PgHandle connection(PQconnectdbParams(columns.keywords.data(), columns.values.data(), 0));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return MakeStatus(StatusCode::kUnavailable,
                      "cannot connect to PostgreSQL: " + ConnectionError(connection.get()));
  }
  if (PQserverVersion(connection.get()) < kOldestServer) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "PostgreSQL 14 or later is needed; upgrade the server, which is " +
                          std::to_string(PQserverVersion(connection.get()) / 10000));
  }
  PQsetNoticeProcessor(connection.get(), DropNotice, nullptr);
  return connection;
}

PgHandle PgTarget::StartConnecting(std::size_t first_host) const {
  std::vector<Setting> settings = settings_;
  for (Setting& setting : settings) {
    const bool by_host =
        setting.keyword == "host" || setting.keyword == "hostaddr" || setting.keyword == "port";
    if (by_host) setting.value = Rotated(setting.value, first_host);
  }
  const Columns columns = ColumnsOf(settings);
  PgHandle connection(PQconnectStartParams(columns.keywords.data(), columns.values.data(), 0));
  if (connection != nullptr) PQsetNoticeProcessor(connection.get(), DropNotice, nullptr);
  return connection;
}

std::string PgTarget::name() const {
  const std::string* database = Find("dbname");
  const std::string* host = Find("host");
  return "database '" + (database != nullptr ? *database : std::string()) + "' at " +
         (host != nullptr && !host->empty() ? *host : std::string("the local socket"));
}

const std::string* PgTarget::Find(std::string_view keyword) const {
  for (const Setting& setting : settings_) {
    if (setting.keyword == keyword) return &setting.value;
  }
  return nullptr;
}

void PgTarget::SetDefault(const std::string& keyword, const std::string& value) {
  if (Find(keyword) == nullptr) settings_.push_back({keyword, value});
}

std::string ConnectionError(const pg_conn* connection) {
  const std::string_view lines = connection != nullptr ? PQerrorMessage(connection) : "out of memory";
  std::string message;
  for (const char c : lines.substr(0, lines.find_last_not_of('\n') + 1)) {
    if (c == '\n') message += "; ";
    if (c != '\n' && c != '\t') message += c;
  }
  return message;
}

}  // namespace oofgg::storage
