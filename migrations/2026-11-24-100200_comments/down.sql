drop trigger articles_comment_count on articles;
drop table comment_counts, comments;
drop function count_comment, create_comment_count;
