// The table of kinds, the lines that are written, the schema and its document say the same.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "base/event_kinds.h"
#include "storage/jsonl/json_line.h"
#include "tests/support/json_schema.h"

namespace oofgg {
namespace {

using nlohmann::json;

std::string ReadDocument(const std::string& name) {
  std::ifstream file(std::string(OOFGG_DOCS) + "/" + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

json Schema() { return json::parse(ReadDocument("event-log.schema.json")); }

EventRecord::Value ValueOf(EventField::Type type) {
  switch (type) {
    case EventField::Type::kInteger:
      return std::int64_t{-3};
    case EventField::Type::kNumber:
      return 1.5;
    case EventField::Type::kFlag:
      return true;
    default:
      return std::string("text");
  }
}

EventRecord Example(const EventKind& kind, bool whole) {
  EventRecord record{.at = {}, .kind = std::string(kind.kind), .key = "k", .fields = {}, .id = "i"};
  for (const EventField& field : kind.fields) {
    if (whole || !field.is_optional) record.fields.emplace_back(std::string(field.name), ValueOf(field.type));
  }
  return record;
}

json Written(const EventRecord& record) { return json::parse(storage::ToJsonLine(record)); }

TEST(EventSchemaTest, AcceptsARecordOfEachKindAndNoneThatLacksAField) {
  const testing::JsonSchema schema(Schema());
  for (const EventKind& kind : EventKinds()) {
    for (const bool whole : {false, true}) {
      const EventRecord record = Example(kind, whole);
      EXPECT_EQ(CheckEventRecord(record), Status());
      EXPECT_EQ(schema.Check(Written(record)), "") << kind.kind;
    }
    EventRecord less = Example(kind, false);
    if (less.fields.empty()) continue;
    less.fields.pop_back();
    EXPECT_FALSE(CheckEventRecord(less).ok()) << kind.kind;
    EXPECT_NE(schema.Check(Written(less)), "") << kind.kind;
  }
}

TEST(EventSchemaTest, HasTheTablesKindsAndFieldsAndNoOthers) {
  json defined = json::object();
  for (const EventKind& kind : EventKinds()) {
    json fields = json::object();
    for (const EventField& field : kind.fields) {
      constexpr const char* kTypes[] = {"string", "integer", "number", "boolean"};
      fields[std::string(field.name)] = {{"type", kTypes[static_cast<int>(field.type)]},
                                         {"required", !field.is_optional}};
    }
    defined[std::string(kind.kind)] = {{"fields", fields},
                                       {"topic", "topic " + std::string(NameOf(StreamOf(kind.kind)))}};
  }
  const json schema = Schema();
  json documented = json::object();
  for (const auto& [name, kind] : schema["$defs"].items()) {
    json fields = json::object();
    for (const auto& [field, property] : kind["properties"].items()) {
      const auto& required = kind["required"];
      fields[field] = {{"type", property["type"]},
                       {"required", std::find(required.begin(), required.end(), field) != required.end()}};
    }
    documented[name] = {{"fields", fields}, {"topic", kind["$comment"]}};
  }
  EXPECT_EQ(json::diff(defined, documented), json::array());
  std::set<std::string> chosen;
  for (const json& each : schema["allOf"]) {
    const std::string kind = each["if"]["properties"]["kind"]["const"];
    EXPECT_EQ(each["then"]["$ref"], "#/$defs/" + kind);
    chosen.insert(kind);
  }
  EXPECT_EQ(chosen.size(), EventKinds().size());
}

TEST(EventSchemaTest, TheDocumentsTellOfEachKind) {
  const std::string text = ReadDocument("event-log.md") + ReadDocument("audit.md");
  for (const EventKind& kind : EventKinds()) {
    EXPECT_NE(text.find("`" + std::string(kind.kind) + "`"), std::string::npos) << kind.kind;
  }
}

TEST(EventSchemaTest, ARecordThatIsNotOfTheTableIsFound) {
  EventRecord record{.at = {}, .kind = "score.submited", .key = "k", .fields = {}};
  EXPECT_FALSE(CheckEventRecord(record).ok());
  record = Example(*EventKinds().begin(), true);
  record.fields.emplace_back("more", std::string("than known"));
  EXPECT_FALSE(CheckEventRecord(record).ok());
  record = Example(*EventKinds().begin(), true);
  record.fields.front().second = std::string("not a flag");
  EXPECT_FALSE(CheckEventRecord(record).ok());
}

}  // namespace
}  // namespace oofgg
