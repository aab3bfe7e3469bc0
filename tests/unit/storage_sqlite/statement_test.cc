#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "storage/sqlite/connection.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

using ::testing::HasSubstr;

class StatementTest : public ::testing::Test {
 protected:
  StatementTest() : connection_(Connection::Open(":memory:").value()) {
    EXPECT_TRUE(
        connection_
            ->Execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, score REAL, data BLOB);"
                      "CREATE TABLE child (parent INTEGER NOT NULL REFERENCES t(id),"
                      "                    age INTEGER CHECK (age > 0));")
            .ok());
  }

  Status Insert(std::int64_t id, std::string_view name) {
    return connection_->Prepare("INSERT INTO t (id, name) VALUES (?1, ?2)").Bind(1, id).Bind(2, name).Run();
  }

  StatusCode CodeOf(const std::string& sql) { return connection_->Prepare(sql).Run().code(); }

  std::unique_ptr<Connection> connection_;
};

TEST_F(StatementTest, EveryTypeSurvivesTheRoundTrip) {
  const std::string text("a\0\xc3\xa9 z", 6);
  const std::string bytes("\0\xff\0", 3);
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  ASSERT_TRUE(connection_->Prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4)")
                  .Bind(1, least)
                  .Bind(2, text)
                  .Bind(3, 0.1)
                  .BindBlob(4, bytes)
                  .Run()
                  .ok());
  Statement select = connection_->Prepare("SELECT id, name, score, data, typeof(data) FROM t");
  ASSERT_TRUE(select.Step().value());
  EXPECT_EQ(select.Int(0), least);
  EXPECT_EQ(select.Text(1), text);
  EXPECT_EQ(select.Real(2), 0.1);
  EXPECT_EQ(select.Text(3), bytes);
  EXPECT_EQ(select.Text(4), "blob");
  EXPECT_FALSE(select.Step().value());
}

TEST_F(StatementTest, EmptyIsNotNull) {
  Statement select = connection_->Prepare("SELECT ?1, ?2, ?3, ?4, typeof(?2), typeof(?3)");
  select.Bind(1, nullptr).Bind(2, std::string_view()).BindBlob(3, std::string_view());
  ASSERT_TRUE(select.Step().value());
  EXPECT_TRUE(select.IsNull(0));
  EXPECT_EQ(select.Int(0), 0);
  EXPECT_EQ(select.Text(0), "");
  EXPECT_FALSE(select.IsNull(1));
  EXPECT_FALSE(select.IsNull(2));
  EXPECT_TRUE(select.IsNull(3)) << "what is not bound is NULL";
  EXPECT_EQ(select.Text(4), "text");
  EXPECT_EQ(select.Text(5), "blob");
}

TEST_F(StatementTest, AnyIntegerBindsAsAnInteger) {
  Statement select = connection_->Prepare("SELECT ?1 + ?2 + ?3, typeof(?3)");
  select.Bind(1, 1).Bind(2, std::uint8_t{2}).Bind(3, true);
  ASSERT_TRUE(select.Step().value());
  EXPECT_EQ(select.Int(0), 4);
  EXPECT_EQ(select.Text(1), "integer");
}

TEST_F(StatementTest, MayBeBoundAndRunAgain) {
  Statement insert = connection_->Prepare("INSERT INTO t (id, name) VALUES (?1, ?2)");
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(insert.Bind(1, i).Bind(2, std::to_string(i)).Run().ok());
  EXPECT_EQ(insert.Run().code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(insert.Bind(1, 4).Bind(2, "4").Run().ok()) << "an error of a run does not stay";
  EXPECT_EQ(connection_->LastInsertId(), 4);
  ASSERT_TRUE(connection_->Prepare("DELETE FROM t WHERE id > 1").Run().ok());
  EXPECT_EQ(connection_->Changes(), 3);
}

TEST_F(StatementTest, TheCacheForgetsBindingsAndRows) {
  ASSERT_TRUE(Insert(1, "ann").ok());
  ASSERT_TRUE(Insert(2, "bob").ok());
  const char* sql = "SELECT name, ?1 FROM t ORDER BY id";
  {
    Statement first = connection_->Prepare(sql);
    ASSERT_TRUE(first.Bind(1, "bound").Step().value());
    EXPECT_EQ(first.Text(1), "bound");
  }
  Statement again = connection_->Prepare(sql);
  ASSERT_TRUE(again.Step().value());
  EXPECT_EQ(again.Text(0), "ann");
  EXPECT_TRUE(again.IsNull(1));
}

TEST_F(StatementTest, TheSameSqlMayRunInsideItself) {
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(Insert(i, std::to_string(i)).ok());
  int pairs = 0;
  Statement outer = connection_->Prepare("SELECT id FROM t");
  while (outer.Step().value()) {
    Statement inner = connection_->Prepare("SELECT id FROM t");
    while (inner.Step().value()) ++pairs;
  }
  EXPECT_EQ(pairs, 9);
}

TEST_F(StatementTest, ErrorsHaveTheCodeThatTellsWhatToDo) {
  ASSERT_TRUE(Insert(1, "ann").ok());
  EXPECT_EQ(Insert(1, "bob").code(), StatusCode::kAlreadyExists) << "primary key";
  EXPECT_EQ(Insert(2, "ann").code(), StatusCode::kAlreadyExists) << "unique column";
  EXPECT_THAT(std::string(Insert(2, "ann").message()), HasSubstr("UNIQUE constraint failed: t.name"));
  EXPECT_EQ(CodeOf("INSERT INTO child VALUES (7, 1)"), StatusCode::kFailedPrecondition) << "foreign key";
  EXPECT_EQ(CodeOf("INSERT INTO child VALUES (1, 0)"), StatusCode::kFailedPrecondition) << "check";
  EXPECT_EQ(CodeOf("INSERT INTO child VALUES (NULL, 1)"), StatusCode::kFailedPrecondition) << "not null";
  EXPECT_EQ(CodeOf("SELEC 1"), StatusCode::kInternal) << "syntax";
  EXPECT_EQ(CodeOf("SELECT * FROM nothing"), StatusCode::kInternal) << "no table";
  EXPECT_EQ(CodeOf(""), StatusCode::kInternal) << "no SQL";
  EXPECT_EQ(CodeOf("SELECT 1"), StatusCode::kInternal) << "rows from Run";
}

TEST_F(StatementTest, AWrongBindingIsToldWhenTheStatementRuns) {
  Statement select = connection_->Prepare("SELECT ?1");
  EXPECT_EQ(select.Bind(2, 1).Step().status().code(), StatusCode::kInternal);
  Statement broken = connection_->Prepare("SELEC");
  EXPECT_EQ(broken.Bind(1, 1).Bind(1, 0.5).Bind(1, "x").Bind(1, nullptr).BindBlob(1, "").Run().code(),
            StatusCode::kInternal);
}

TEST_F(StatementTest, ALockedDatabaseIsUnavailable) {
  const oofgg::testing::TemporaryDirectory folder;
  const std::string path = folder / "locked.db";
  const auto holder = Connection::Open(path).value();
  const auto waiter = Connection::Open(path).value();
  ASSERT_TRUE(waiter->Execute("PRAGMA busy_timeout = 0").ok());
  ASSERT_TRUE(holder->Execute("BEGIN IMMEDIATE").ok());
  EXPECT_EQ(waiter->Execute("BEGIN IMMEDIATE").code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace oofgg::storage
